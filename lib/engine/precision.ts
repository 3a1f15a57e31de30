import { getBackend } from "@tensorflow/tfjs-core";
import { hasKernel } from "./differentiable.ts";

/**
 * What the products of layers and attention and the convolutions of layers are computed in. "bfloat16" rounds what
 * they are given and what they make to eight bits and adds up in float32; parameters, everything between such layers,
 * depthwise convolutions and losses are float32 in either.
 */
export type Precision = "float32" | "bfloat16";

let current: Precision = "float32";

/** Whether a layer that is called now computes in bfloat16. */
export function isBrief(): boolean {
  return current === "bfloat16";
}

/**
 * Runs something whose layers compute in a precision, and go back in it whenever they are differentiated.
 *
 * @param body does its work before it returns
 * @throws {Error} where the backend in use does not offer the precision
 */
export function inPrecision<T>(precision: Precision, body: () => T): T {
  refuseUnoffered(precision);
  const outer = current;
  current = precision;
  try {
    return body();
  } finally {
    current = outer;
  }
}

/**
 * Refuses a precision that the backend in use does not offer.
 *
 * @throws {Error} with what to do
 */
export function refuseUnoffered(precision: Precision): void {
  if (precision === "float32" || hasKernel("HouseNarrow")) return;
  throw new Error(
    `Cannot compute in bfloat16 on backend "${getBackend()}": bfloat16 is offered on tensorflow (Linux on x86-64), ` +
      'which is built once with: deno task engine:tensorflow. Run it there, or set "precision" to null for float32',
  );
}
