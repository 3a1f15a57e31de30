import type { Part } from "../definition/part.ts";
import type { Cost } from "../report/mod.ts";
import { chosenSamples, madeOf, makersOf, type StudyOptions } from "./made.ts";

/**
 * How long parts take for an image, for `plot.cost`: LaRE, one step in latent space, beside DIRE, a whole round trip. Every
 * part makes the same images one by one, each of which is a measurement; reading and loading are left out.
 *
 * @param parts by the name that the figure gives them
 * @throws {RangeError} when there is no part, or `most` is no count
 * @throws {Deno.errors.NotFound} when a pipeline or the data set is missing
 *
 * @example
 * ```ts ignore
 * const dire = residual({ of: ddim({ model: "sd15", steps: 20 }) });
 * plot.cost(await makingCosts({ LaRE: latentError({ model: "sd15" }), DIRE: dire }, { of, pipelines, most: 5 }));
 * ```
 */
export async function makingCosts(
  parts: Readonly<Record<string, Part>>,
  options: StudyOptions,
): Promise<Cost[]> {
  const named = Object.entries(parts);
  if (named.length === 0) throw new RangeError("Cannot measure costs: found no part, expected at least one");
  const samples = await chosenSamples(options);
  const open = makersOf(options);
  const costs: Cost[] = [];
  for (const [i, [name, part]] of named.entries()) {
    const seconds: number[] = [];
    for await (const one of madeOf(part, samples, { open, signal: options.signal })) {
      seconds.push(one.seconds);
      options.tell?.(i * samples.length + seconds.length, named.length * samples.length);
    }
    costs.push({ name, seconds });
  }
  return costs;
}
