import { basename, join } from "node:path";
import { fingerprint } from "../../lib/definition/fingerprint.ts";
import type { Experiment } from "../../lib/experiment.ts";
import { run, type RunOptions } from "../../lib/run.ts";
import { toJson } from "../../lib/runs/record.ts";
import { findFolder, runFolder } from "../../lib/runs/store.ts";

/**
 * A store in which runs of some definitions are finished, as fast as it can be written: the first is run, the others are
 * made up of its files, under their own definitions.
 */
export async function writeFinished(
  definitions: readonly Experiment[],
  options: RunOptions & { readonly runs: string },
): Promise<void> {
  const { runs } = options;
  const first = await run(definitions[0], options);
  const folder = (await findFolder(runs, first.id))!;
  const header = JSON.parse(await Deno.readTextFile(join(folder, "record.json")));
  const entries = await Array.fromAsync(Deno.readDir(folder));
  const files = entries.filter(({ name, isFile }) => isFile && name !== "record.json").map(({ name }) =>
    join(folder, name)
  );
  for (const experiment of definitions.slice(1)) {
    const definition = fingerprint(experiment);
    const id = fingerprint({ definition, data: first.data });
    const made = runFolder(runs, { name: experiment.name, id });
    await Deno.mkdir(made);
    await Deno.writeTextFile(join(made, "record.json"), toJson({ ...header, id, fingerprint: definition, experiment }));
    for (const file of files) await Deno.link(file, join(made, basename(file)));
  }
}
