import { assert, assertEquals } from "./assert.ts";

/** Who may import whom: code of a room is imported by rooms of higher levels alone, never across a level. */
const levels: readonly (readonly string[])[] = [
  ["lib/definition", "lib/types.ts", "lib/random.ts", "lib/if_there.ts", "lib/assembly.ts", "lib/metrics", "deno.json"],
  ["lib/engine", "lib/image", "lib/runs", "lib/hub", "lib/tables", "lib/tokenizer", "lib/onnx"],
  ["lib/nn", "lib/report"],
  [
    "lib/models",
    "lib/losses",
    "lib/optimizers",
    "lib/schedules",
    "lib/layouts",
    "lib/augment",
    "lib/reconstruct",
    "lib/thresholds",
  ],
  ["lib/experiment.ts", "lib/experiment_fit.ts"],
  ["lib/data", "lib/cross.ts"],
  ["lib/train", "lib/evaluate", "lib/terminal", "lib/notebook"],
  [
    "lib/run.ts",
    "lib/evaluate_run.ts",
    "lib/embeddings.ts",
    "lib/audit",
    "lib/preview.ts",
    "lib/wrong_pictures.ts",
    "lib/pocket",
    "lib/detect",
    "lib/export",
    "lib/cluster",
    "lib/plan",
    "lib/rehearse",
    "lib/studies",
  ],
  ["mod.ts", "lib/detached.ts", "lib/swept.ts"],
  ["experiments"],
  ["lib/cli"],
];

/**
 * Arrows across a level that are meant: intervals, and random points of a sweep, draw numbers; what an experiment has read goes to the check of whether
 * its parts fit; training judges each epoch as evaluation does; a notebook knows a run that goes, and estimates the time
 * left, as the terminal does; runs keep their scores as tables; what is exported judges as a detector does.
 */
const across: readonly (readonly [from: string, to: string])[] = [
  ["lib/metrics", "lib/random.ts"],
  ["lib/definition", "lib/random.ts"],
  ["lib/experiment.ts", "lib/experiment_fit.ts"],
  ["lib/train", "lib/evaluate"],
  ["lib/notebook", "lib/terminal"],
  ["lib/runs", "lib/tables"],
  ["lib/export", "lib/detect"],
];

/** Rooms that never reach another, by whatever way: comparing last month's runs must not start a backend. */
const apart: readonly (readonly [from: string, to: string])[] = [["lib/report", "lib/engine"], [
  "lib/runs",
  "lib/engine",
]];

/** The one room through which a library comes in. */
const doors: Readonly<Record<string, string>> = {
  "@huggingface/hub": "lib/hub",
  "@huggingface/tokenizers": "lib/tokenizer",
  "@std/cli": "lib/cli",
  "@tensorflow/tfjs": "lib/engine",
  "@tensorflow/tfjs-backend-wasm": "lib/engine",
  "@tensorflow/tfjs-backend-webgpu": "lib/engine",
  "@tensorflow/tfjs-core": "lib/engine",
  "@tensorflow/tfjs-node-gpu": "lib/engine",
  "@uwdata/flechette": "lib/tables",
  "arquero": "lib/report",
  "hyparquet": "lib/tables",
  "hyparquet-writer": "lib/tables",
  "jsdom": "lib/notebook",
  "node-api-headers": "lib/engine",
  "onnxruntime-node": "lib/reconstruct",
  "plotly.js-cartesian-dist-min": "lib/report",
  "plotly.js-dist": "lib/report",
  "sharp": "lib/image",
};

/** One import of code; `import type` makes none, since types cannot make a cycle at run time. */
interface Arrow {
  /** Path below the root of the repository. */
  readonly from: string;
  /** The same, or a library's specifier. */
  readonly to: string;
}

interface Graph {
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly { readonly specifier: string; readonly code?: { readonly specifier?: string } }[];
  }[];
}

const root = new URL("../", import.meta.url);

Deno.test("code is imported downwards only, and libraries through their doors", async () => {
  const arrows = await importArrows();
  const rooms = new Set(arrows.map(({ from }) => roomOf(from)));
  assert(rooms.size > 5 && arrows.length > 50, `only ${arrows.length} imports were found: the walk is broken`);
  assertEquals(arrows.flatMap((arrow) => offence(arrow) ?? []), []);
});

Deno.test("rooms that are to be apart do not reach one another", async () => {
  const arrows = await importArrows();
  for (const [from, to] of apart) assertEquals(wayFrom(from, to, arrows), null);
});

Deno.test("every library that the project imports has a door", async () => {
  const { imports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  assertEquals(Object.keys(imports).filter((name) => libraryOf(name) === null), []);
});

Deno.test("the guard names the offending arrow", () => {
  const told = (from: string, to: string) => offence({ from, to });
  assertEquals(told("lib/losses/auc.ts", "lib/engine/ops.ts"), null);
  assertEquals(told("lib/losses/auc.ts", "lib/losses/pairs.ts"), null);
  assertEquals(told("lib/train/train.ts", "lib/evaluate/predict.ts"), null);
  assertEquals(
    told("lib/evaluate/predict.ts", "lib/train/train.ts"),
    "lib/evaluate/predict.ts → lib/train/train.ts: across level 6",
  );
  assertEquals(told("lib/engine/ops.ts", "lib/nn/norm.ts"), "lib/engine/ops.ts → lib/nn/norm.ts: up from level 1 to 2");
  assertEquals(told("lib/models/a.ts", "lib/losses/b.ts"), "lib/models/a.ts → lib/losses/b.ts: across level 3");
  assertEquals(told("lib/nn/norm.ts", "sharp"), "lib/nn/norm.ts → sharp: its door is lib/image");
  assertEquals(told("lib/image/decode.ts", "npm:sharp@0.35.5"), null);
  assertEquals(told("lib/image/decode.ts", "node:path"), null);
  assertEquals(told("lib/image/decode.ts", "npm:lodash"), "lib/image/decode.ts → npm:lodash: a library without a door");
  assertEquals(told("lib/attic/a.ts", "lib/types.ts"), "lib/attic/a.ts → lib/types.ts: lib/attic has no level");
  const chain = [{ from: "lib/report/a.ts", to: "lib/metrics/b.ts" }, {
    from: "lib/metrics/b.ts",
    to: "lib/engine/ops.ts",
  }];
  assertEquals(wayFrom("lib/report", "lib/engine", chain), "lib/report/a.ts → lib/metrics/b.ts → lib/engine/ops.ts");
});

/** What is wrong with an import, or null. */
function offence({ from, to }: Arrow): string | null {
  const arrow = `${from} → ${to}`;
  const [above, below] = [roomOf(from), roomOf(to)];
  if (to.startsWith("node:")) return null;
  const library = libraryOf(to);
  if (library !== null) return doors[library] === above ? null : `${arrow}: its door is ${doors[library]}`;
  if (to.includes(":")) return `${arrow}: a library without a door`;
  if (above === below) return null;
  const [high, low] = [above, below].map((room) => levels.findIndex((rooms) => rooms.includes(room)));
  if (high < 0 || low < 0) return `${arrow}: ${high < 0 ? above : below} has no level`;
  if (low < high || across.some(([a, b]) => a === above && b === below)) return null;
  return low === high ? `${arrow}: across level ${low}` : `${arrow}: up from level ${high} to ${low}`;
}

/** A folder below lib, a file directly in it, or what stands at the top. */
function roomOf(path: string): string {
  const [top, room] = path.split("/");
  return top === "lib" ? `${top}/${room}` : top;
}

/** The library that a specifier names, null for none of those with doors. */
function libraryOf(specifier: string): string | null {
  const bare = specifier.replace(/^(npm|jsr):\/?/, "");
  return Object.keys(doors).find((name) =>
    bare === name || bare.startsWith(`${name}/`) || bare.startsWith(`${name}@`)
  ) ?? null;
}

/** The shortest chain of imports from one room into another, or null. */
function wayFrom(from: string, to: string, arrows: readonly Arrow[]): string | null {
  const ways = arrows.filter((arrow) => roomOf(arrow.from) === from).map((arrow) => [arrow.from, arrow.to]);
  const seen = new Set<string>();
  for (const way of ways) { // grows while it is walked
    const end = way[way.length - 1];
    if (roomOf(end) === to) return way.join(" → ");
    if (seen.has(end)) continue;
    seen.add(end);
    for (const arrow of arrows) if (arrow.from === end) ways.push([...way, arrow.to]);
  }
  return null;
}

/** Every import of code in the house, as `deno info` resolves it. */
async function importArrows(): Promise<Arrow[]> {
  const entry = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    const files = [...await sourcesIn("lib"), ...await sourcesIn("experiments"), "mod.ts"];
    await Deno.writeTextFile(entry, files.map((file) => `import "${new URL(file, root)}";`).join("\n"));
    const config = new URL("deno.json", root).pathname;
    const info = new Deno.Command(Deno.execPath(), { args: ["info", "--json", "--config", config, entry] });
    const { stdout, success } = await info.output();
    assert(success, "deno info failed");
    const graph = JSON.parse(new TextDecoder().decode(stdout)) as Graph;
    return graph.modules.filter(({ specifier }) => specifier.startsWith(root.href)).flatMap((module) =>
      (module.dependencies ?? []).filter(({ code }) => code !== undefined).map(({ specifier, code }) => ({
        from: pathOf(module.specifier),
        to: pathOf(libraryOf(specifier) === null ? code?.specifier ?? specifier : specifier),
      }))
    );
  } finally {
    await Deno.remove(entry);
  }
}

function pathOf(specifier: string): string {
  return specifier.startsWith(root.href) ? specifier.slice(root.href.length) : specifier;
}

/** TypeScript files below a folder, but for the one that stands in for a library and compiled sources. */
async function sourcesIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(`${folder}/`, root))) {
    const path = `${folder}/${name}`;
    if (isDirectory && name !== "std_cli") found.push(...await sourcesIn(path));
    if (!isDirectory && name.endsWith(".ts") && !name.endsWith(".as.ts")) found.push(path);
  }
  return found;
}
