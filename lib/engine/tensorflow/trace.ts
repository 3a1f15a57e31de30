/**
 * What a function of tensors did, and whether it did the same another time. A number that JavaScript computes anew in
 * every step (a random draw, a counter, a clock) comes out of two runs as two constants.
 */
import { createHash } from "node:crypto";

/** Output of a node: number of the node, arguments counted first, and of the output. */
export type Reference = readonly [node: number, output: number];

/** A constant by the id of its tensor, or an operation; constants are -1 in operations. */
export interface Node {
  readonly constant: number;
  /** Of a constant. */
  readonly shape?: readonly number[];
  /** Of a constant's values. */
  readonly digest?: string;
  readonly op?: string;
  readonly attributes?: readonly unknown[];
  readonly inputs?: readonly (Reference | readonly Reference[])[];
}

/** One run of a function. */
export interface Trace {
  /** In the order in which they were executed or first used. */
  readonly nodes: readonly Node[];
  readonly outputs: readonly Reference[];
  /** Which arguments it freed. */
  readonly consumed: readonly boolean[];
}

/** SHA-256 of the values that a tensor is made of: a typed array, or a list of numbers or of strings' bytes. */
export function digestOf(values: unknown): string {
  const hash = createHash("sha256");
  for (const part of ArrayBuffer.isView(values) ? [values] : values as unknown[]) {
    if (ArrayBuffer.isView(part)) hash.update(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
    else hash.update(`${part}`);
    hash.update("\n");
  }
  return hash.digest("hex");
}

/**
 * Claims that two runs on tensors of the same shapes did the same.
 *
 * @throws {Error} for the first difference: its kind, where it is, and what to do
 */
export function assertSameTrace(first: Trace, second: Trace): void {
  const fail = (what: string): never => {
    throw new Error(
      `Cannot record the step: run again on tensors of the same shapes, it ${what}. ` +
        "What changes from step to step (a random draw, a counter, a rate) would stay as it was when recorded: " +
        "give it to the step as a tensor among its inputs",
    );
  };
  for (const [i, node] of first.nodes.entries()) {
    const other = second.nodes[i];
    if (other === undefined) break;
    const [here, there] = [nameOf(node), nameOf(other)];
    if (here !== there) fail(`has ${there} where it had ${here}, at operation ${i + 1}`);
    if (node.digest !== other.digest) fail(`has other values in ${here}, at operation ${i + 1}`);
    if (text(node.attributes) !== text(other.attributes)) fail(`has other attributes in ${here}, operation ${i + 1}`);
    if (text(node.inputs) !== text(other.inputs)) fail(`has other inputs to ${here}, operation ${i + 1}`);
  }
  const [before, after] = [first.nodes.length, second.nodes.length];
  if (before !== after) fail(`takes ${after} operations where it took ${before}`);
  if (text(first.outputs) !== text(second.outputs)) fail("returns other tensors");
  if (text(first.consumed) !== text(second.consumed)) fail("frees other tensors of those it is given");
}

function nameOf({ op, shape }: Node): string {
  return op === undefined ? `a constant of shape [${shape?.join(", ")}]` : `"${op}"`;
}

/** Plain data as text, in which numbers that JSON does not know differ too. */
function text(value: unknown): string | undefined {
  return JSON.stringify(value, (_, each) => typeof each === "number" && !Number.isFinite(each) ? `${each}` : each);
}
