/** What it costs to look into a store of ten thousand runs: whole commands, as a user types them. */
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { dual } from "../experiments/dual_loss.ts";
import { changeRun, writeManyRuns } from "../tests/runs/many.ts";

const COUNT = 10_000;
const command = fileURLToPath(new URL("./runs_command.ts", import.meta.url));

let folders: string[] = [];
let runs = "";

/** The store, made when the first bench asks for it. */
async function store(): Promise<string> {
  if (runs !== "") return runs;
  runs = await Deno.makeTempDir({ prefix: "counterproof-bench-" });
  const define = (i: number) => dual({ λ: (i % 50) / 100, γ: Math.floor(i / 250) / 40, seed: Math.floor(i / 50) % 5 });
  folders = await writeManyRuns(runs, { count: COUNT, define });
  return runs;
}

globalThis.addEventListener("unload", () => {
  if (runs !== "") Deno.removeSync(runs, { recursive: true });
});

/** Peak memory in MB of each command on each store, by what is printed of it. */
const peaks = new Map<string, number>();

async function look(b: Deno.BenchContext, args: readonly string[]): Promise<void> {
  const folder = await store();
  b.start();
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", command, ...args, "--runs", folder],
  }).output();
  b.end();
  const told = new TextDecoder().decode(stderr);
  if (code !== 0 || stdout.length < 1000) throw new Error(`${args.join(" ")} failed: ${told}`);
  peaks.set(b.name, Math.max(peaks.get(b.name) ?? 0, Number(told)));
}

globalThis.addEventListener("unload", () => {
  // deno-lint-ignore no-console
  for (const [name, megabytes] of peaks) console.log(`${name}: ${megabytes} MB at most`);
});

const states: Readonly<Record<string, () => Promise<void>>> = {
  "as it was": () => Promise.resolve(),
  "without an index": async () => await Deno.remove(join(await store(), "index.jsonl")).catch(() => {}),
  "with 100 runs changed": async () => {
    await store();
    const seconds = Date.now() / 1000;
    for (let i = 0; i < COUNT; i += COUNT / 100) await changeRun(folders[i], { seconds });
  },
};

for (const args of [["list"], ["list", "--limit", "all"], ["compare"]]) {
  for (const [state, prepare] of Object.entries(states)) {
    const name = `${args.join(" ")} of ${COUNT.toLocaleString("en-US")} runs, ${state}`;
    Deno.bench({ name, group: args.join(" "), n: 3, warmup: 1 }, async (b) => {
      await prepare();
      await look(b, args);
    });
  }
}
