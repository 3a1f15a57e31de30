import { dirname } from "node:path";
import { plural } from "../report/text.ts";
import { writeAtomic } from "../runs/atomic.ts";
import { type Command, UsageError, wholeNumber } from "./command.ts";
import { readDefinitions } from "./definitions.ts";
import { folderOption } from "./folder_option.ts";
import { load, shown, userPath } from "./places.ts";
import { print, printJson } from "./print.ts";

/** Shows what the network gets to see of an experiment's images. */
export const dataPreview: Command = {
  summary: "writes a contact sheet of what the network sees of an experiment's images",
  help: `deno task data preview FILE [EXPORT] [OPTIONS]

Writes a contact sheet of some training samples of the experiment that a file defines, as deno task run takes it:
each row a sample, its reconstruction, and what training sees of both in its first epochs, every augmentation and
the place of the view included. A page that loads nothing, or a PNG.

  --out FILE       where to write, a .html or a .png; default: preview.html
  --samples N      training samples, real and fake ones in turn, chosen by the seed; default: 6
  --draws N        epochs; default: 5
  --seed N         this seed instead of the definition's own
  --data DIR       folder of the data sets; default: the environment variable DATA
  --artifacts DIR  folder of reconstructions made earlier; default: artifacts

Examples:
  deno task data preview runs/dual-c3bbf8d1e5f5
  deno task data preview experiments/dual_loss.ts dual --data /data --out sheet.png --samples 12`,
  json: "one object with the file that was written and the ids of the samples and reconstructions in it",
  values: ["out", "samples", "draws", "seed", "data", "artifacts"],
  flags: [],
  operands: [1, 2],
  async run(given) {
    const out = userPath(given.values.out ?? "preview.html");
    if (!/\.(html|png)$/.test(out)) {
      throw new UsageError(`Cannot write "${given.values.out}": expected a name that ends in .html or .png`);
    }
    const options = {
      samples: wholeNumber(given, "samples", [1, 100]) ?? undefined,
      draws: wholeNumber(given, "draws", [1, 100]) ?? undefined,
      data: await folderOption(given, "data"),
      artifacts: userPath(given.values.artifacts ?? "artifacts"),
    };
    const seed = wholeNumber(given, "seed", [0, 2 ** 31]);
    const [file, exported] = given.operands;
    const defined = await readDefinitions(file, exported);
    if (defined.length !== 1) {
      throw new UsageError(
        `Cannot preview "${file}": it defines ${defined.length} experiments, expected one. ` +
          "Name one of its exports: deno task data preview FILE EXPORT",
      );
    }
    const { derive } = await load<typeof import("../experiment.ts")>("lib/experiment.ts");
    const { preview } = await load<typeof import("../preview.ts")>("lib/preview.ts");
    const made = await preview(seed === null ? defined[0] : derive(defined[0], { seed }), options);
    await Deno.mkdir(dirname(out), { recursive: true });
    await writeAtomic(out, out.endsWith(".png") ? made.png : made.html);
    printJson({ file: out, rows: made.rows });
    print(`${plural(made.rows.length, "sample")} can be seen in "${shown(out)}"`);
    return 0;
  },
};
