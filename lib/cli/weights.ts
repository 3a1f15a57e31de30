import { extname } from "node:path";
import { nearest } from "../definition/nearest.ts";
import { layersText } from "../report/layers.ts";
import { thousands } from "../report/numbers.ts";
import { alignedText, plural } from "../report/text.ts";
import { progress } from "../terminal/progress.ts";
import { type Command, type Given, typedAgain, UsageError } from "./command.ts";
import { download } from "./download.ts";
import { interruptible } from "./interrupt.ts";
import { load, shown, userPath } from "./places.ts";
import { print } from "./print.ts";

type Table = typeof import("../models/weights_table.ts");
type Files = typeof import("../models/weights_file.ts");

/** What can be done with weights, by its word; each takes so many operands behind it. */
const actions: Readonly<Record<string, { operands: number; act: (given: Given) => Promise<number> }>> = {
  list: { operands: 0, act: listWeights },
  get: { operands: 1, act: getWeights },
  convert: { operands: 1, act: convertWeights },
};

/** Published weights: which there are, how to get them, and files of PyTorch as files of safetensors. */
export const weights: Command = {
  summary: "lists published weights, fetches them, and converts files of PyTorch",
  help: `deno task weights list | get NAME | convert FILE [OPTIONS]

list      tells which published weights the library knows, what they are for, and which are on this machine
get       downloads weights into the cache that Python's users share (HF_HUB_CACHE or HF_HOME, by default
          ~/.cache/huggingface/hub), checks their hash, and goes on with a download that was broken off;
          HF_ENDPOINT names a mirror. Runs find them there. With a CLIP's comes the vocabulary of its texts
convert   writes the tensors of a .pth, .pt or .bin file of PyTorch as .safetensors beside it; nothing in the
          file is executed, and a file that holds more than tensors and plain containers is refused

  --weights DIR   list: also look in this folder of weights; default: the environment variable WEIGHTS
  --out FILE      convert: where the tensors go; default: beside the file, ending in .safetensors
  --key NAME      convert: which dictionary of tensors is meant, where a file has several

Examples:
  deno task weights list
  deno task weights get timm/convnext_tiny.fb_in22k
  deno task weights convert downloads/14_acc0.9996.pth`,
  values: ["weights", "out", "key"],
  flags: [],
  operands: [1, 2],
  async run(given) {
    const [word, ...operands] = given.operands;
    const action = Object.hasOwn(actions, word) ? actions[word] : null;
    if (action === null || operands.length !== action.operands) {
      const near = action === null ? nearest(word, Object.keys(actions)) : null;
      throw new UsageError(
        `Cannot run "weights ${given.operands.join(" ")}": ${near === null ? "" : `did you mean "${near}"? `}` +
          "expected list, get NAME or convert FILE. See: deno task weights --help",
      );
    }
    return await action.act({ ...given, operands });
  },
};

async function listWeights({ values }: Given): Promise<number> {
  const { elsewhere, weightsTable } = await load<Table>("lib/models/weights_table.ts");
  const { weightsFile } = await load<Files>("lib/models/weights_file.ts");
  const typed = values.weights ?? (Deno.env.get("WEIGHTS") || null);
  const folder = typed === null ? null : userPath(typed);
  const sets = await Promise.all(
    Object.entries(weightsTable).map(async ([name, set]) => ({
      name,
      set,
      here: await weightsFile(name, folder).then(() => true, () => false),
    })),
  );
  const fits = ({ kind, ...options }: Readonly<Record<string, string | number>>) =>
    [kind, ...Object.values(options)].join(" ");
  print(alignedText([
    { title: "name", cells: sets.map(({ name }) => name) },
    { title: "backbone", cells: sets.map(({ set }) => fits(set.fits)) },
    { title: "MB", cells: sets.map(({ set }) => thousands(set.megabytes)), right: true },
    { title: "input", cells: sets.map(({ set }) => `${set.side}²`), right: true },
    { title: "here", cells: sets.map(({ here }) => here ? "yes" : "") },
    { title: "licence", cells: sets.map(({ set }) => set.licence), shrinks: true },
  ]));
  print(
    "\nGet one with: deno task weights get NAME\n\nPublished elsewhere; fetch them there, then deno task weights convert FILE:",
  );
  for (const { name, what, address, licence } of elsewhere) {
    print(`  ${name}: ${what}; licence ${licence}\n    ${address}`);
  }
  return 0;
}

async function getWeights(given: Given): Promise<number> {
  const [name] = given.operands;
  const { clipVocabulary, elsewhere, weightsOf } = await load<Table>("lib/models/weights_table.ts");
  const other = elsewhere.find((detector) => detector.name.toLowerCase() === name.toLowerCase());
  if (other !== undefined) {
    throw new UsageError(
      `Cannot get "${name}": it is not on the hub. Fetch it from ${other.address}, then run: ` +
        "deno task weights convert FILE",
    );
  }
  const { hub, licence, fits } = weightsOf(name);
  if (hub === null) {
    print(`Already here: ${name} is shipped with the library, ${licence}`);
    return 0;
  }
  const { repo, paths } = hub;
  using bar = progress();
  await download(["lib/hub/download.ts"], bar);
  const { downloadFile } = await load<typeof import("../hub/download.ts")>("lib/hub/download.ts");
  const tell = (done: number, total: number) =>
    bar.update(done, total, `${name}, ${megabytes(done)} of ${megabytes(total)} MB`);
  return await interruptible(async (signal) => {
    const { file, bytes, fresh } = await firstOf(paths, (path) => downloadFile({ repo, path }, { tell, signal }));
    for (const path of fits.kind === "clip" ? clipVocabulary.paths : []) {
      await downloadFile({ repo: clipVocabulary.repo, path }, { tell, signal });
    }
    bar[Symbol.dispose]();
    print(`${fresh ? "Fetched" : "Already here:"} ${name}, ${megabytes(bytes)} MB, ${licence}\n  ${file}`);
    return 0;
  }, { kept: `What has arrived is kept; go on with: ${typedAgain(given)}`, progress: bar, stopping: "Stopping" });
}

/** The first of some files that the hub has. */
async function firstOf<T>(paths: readonly string[], get: (path: string) => Promise<T>): Promise<T> {
  for (const path of paths.slice(0, -1)) {
    try {
      return await get(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return await get(paths[paths.length - 1]);
}

async function convertWeights({ operands: [typed], values }: Given): Promise<number> {
  const { openTensors } = await load<typeof import("../engine/tensor_file.ts")>("lib/engine/tensor_file.ts");
  const { inSingle } = await load<typeof import("../engine/stored.ts")>("lib/engine/stored.ts");
  const { safetensorsPieces } = await load<typeof import("../engine/safetensors.ts")>("lib/engine/safetensors.ts");
  const { writeAtomic } = await load<typeof import("../runs/atomic.ts")>("lib/runs/atomic.ts");
  const file = userPath(typed);
  const bare = file.slice(0, file.length - extname(file).length);
  const out = values.out === undefined ? `${bare}.safetensors` : userPath(values.out);
  if (await Deno.stat(out).then(() => true, () => false)) {
    throw new Error(
      `Cannot convert "${shown(file)}": there is already a file "${shown(out)}". Name another with --out`,
    );
  }
  using opened = openTensors(file, { key: values.key ?? null });
  const tensors = new Map([...opened.tensors].map(([name, tensor]) => [name, inSingle(tensor)]));
  const halves = [...opened.tensors.values()].filter(({ dtype }) => dtype === "F16" || dtype === "BF16").length;
  await writeAtomic(out, safetensorsPieces(tensors));
  print(layersText([...tensors].map(([name, { shape }]) => ({ name, shape }))));
  const sizes = await Promise.all([file, out].map(async (path) => megabytes((await Deno.stat(path)).size)));
  print(
    `\n${plural(tensors.size, "tensor")} of "${shown(file)}" (${sizes[0]} MB) are in\n  ${shown(out)} (${
      sizes[1]
    } MB)` +
      (halves === 0 ? "" : `, ${halves} of them widened from half precision`),
  );
  return 0;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
