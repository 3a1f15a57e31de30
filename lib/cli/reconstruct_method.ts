import { makersOf } from "../definition/reader.ts";
import type { Part } from "../definition/part.ts";
import { meant } from "../definition/nearest.ts";
import { type Given, UsageError } from "./command.ts";
import { load } from "./places.ts";

/** Options of methods, as the command line has them, in a few words each; what may be given the parts say. */
export const methodOptions: Readonly<Record<string, string>> = {
  model: "name of the pipeline in identities and tables; default: that of its folder",
  steps: "denoising steps, of inpainting, ddim, img2img",
  guidance: "factor of classifier-free guidance, of inpainting, ddim, img2img",
  strength: "share of the noise that img2img goes to",
  scheduler: "another than the pipeline's own, of inpainting, img2img",
  prompt: 'what the model is told, of ddim, img2img, latentError, where "[CLS]" is the caption',
  posterior: "of vae, what is taken of the encoder: mean or sample",
  rounding: "of vae, to the nearest level or down",
  step: "timestep of latentError",
  ensemble: "noises that latentError averages over",
  size: "side of what latentError sees, pixels",
  seed: "of the noise, of all methods but ddim",
};

/** Methods that `--method` names. */
export const methodNames = ["inpainting", "vae", "ddim", "img2img", "latentError"] as const;

/**
 * The part that `--method` and the options of its names describe.
 *
 * @param model name of the pipeline where none is given
 * @throws {UsageError} for an unknown method, an option that it does not have, and a value that its part refuses
 */
export async function methodPart(given: Given, model: string): Promise<Part> {
  const { method = "", ...values } = given.values;
  const room = await load<typeof import("../reconstruct/mod.ts")>("lib/reconstruct/mod.ts");
  if (!methodNames.some((name) => name === method)) {
    throw new UsageError(
      `Cannot read "--method ${method}": unknown method "${method}", ${meant(method, methodNames, "methods")}`,
    );
  }
  const make = makersOf<Part>(room, { [method]: null }).get(method)!;
  const options = Object.fromEntries(
    Object.keys(methodOptions).flatMap((name) =>
      values[name] === undefined ? [] : [[name, valueOf(name, values[name])]]
    ),
  );
  try {
    const made = make({ model, ...options });
    return given.flags.residual ? room.residual({ of: made as Parameters<typeof room.residual>[0]["of"] }) : made;
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    throw new UsageError(`${error.message}. See: deno task reconstruct --help`, { cause: error });
  }
}

/** Texts stay, and of the rest numbers become numbers; what is neither its part refuses. */
function valueOf(name: string, typed: string): string | number {
  const isText = ["model", "prompt"].includes(name);
  return !isText && typed.trim() !== "" && Number.isFinite(Number(typed)) ? Number(typed) : typed;
}
