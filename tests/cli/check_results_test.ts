import { join } from "node:path";
import { BANDS, checkRows, checkText, sameEngine } from "../../lib/cli/check_rows.ts";
import { compareFirst, withFirst } from "../../lib/cli/check_first.ts";
import { compareAgain, verdictText, wantedRuns } from "../../lib/cli/check_results.ts";
import { numbersText, type ResultNumbers, resultNumbers, runNumbers } from "../../lib/cli/results_numbers.ts";
import { tell } from "../../lib/cli/results_told.ts";
import { pocketIdentity } from "../../lib/layouts/pocket.ts";
import type { Experiment } from "../../lib/experiment.ts";
import type { Progress } from "../../lib/terminal/progress.ts";
import type { RunEvent, RunRecord } from "../../lib/types.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";
import { inFolder } from "../runs/example.ts";
import { counterproof } from "./command_line.ts";
import { madeUpRuns, system } from "./made_up_systems.ts";

const quiet: Progress = { update: () => {}, skip: () => {}, say: () => {}, [Symbol.dispose]: () => {} };

interface Store {
  readonly numbers: ResultNumbers;
  readonly records: readonly RunRecord[];
}

let store: Promise<Store> | null = null;

/** Numbers of a store of four made-up runs, and these runs; made once for all tests. */
function committed(): Promise<Store> {
  return store ??= makeStore();
}

async function makeStore(): Promise<Store> {
  const records = await madeUpRuns(system(), { seeds: [1] });
  const told = await tell({ key: "dual-loss", system: system(), seeds: [1], records });
  return { numbers: resultNumbers([told], { world: await pocketIdentity() }), records };
}

/** A run whose last epoch's loss is another. */
function losing(record: RunRecord, total: number): RunRecord {
  return { ...record, history: record.history.map((row) => ({ ...row, loss: { total } })) };
}

Deno.test("checkRows() expect equal bits of the same engine, whatever its threads", async () => {
  const { records: [record] } = await committed();
  const before = runNumbers(record);
  const threads = { ...record, environment: { ...record.environment, threads: 1 } };
  const rows = checkRows("dual-loss", before, threads);
  assertEquals(rows.map(({ number }) => number), ["accuracy", "auc", "loss total"]);
  assert(rows.every(({ verdict, band }) => verdict === "equal" && band === 0));
  const moved = checkRows("dual-loss", before, losing(record, 0.7 + 1e-12));
  assertEquals(moved.map(({ verdict }) => verdict), ["equal", "equal", "outside"]);
});

Deno.test("checkRows() leave a band to another engine, and to what a pipeline made", async () => {
  const { records: [record] } = await committed();
  const before = runNumbers(record);
  const tensorflow = { ...record, environment: { ...record.environment, backend: "tensorflow" } };
  const band = BANDS.loss.least + BANDS.loss.share * 0.7;
  const verdicts = (one: RunRecord) => checkRows("dual-loss", before, one).map(({ verdict }) => verdict).join();
  assertEquals(verdicts(losing(tensorflow, 0.7 + 0.99 * band)), "equal,equal,within");
  assertEquals(verdicts(losing(tensorflow, 0.7 + 1.01 * band)), "equal,equal,outside");
  assertEquals(verdicts({ ...tensorflow, history: [] }), "equal,equal,outside");
  const reconstruct = { kind: "vae", model: "pocket" } as unknown as Experiment["reconstruct"];
  const made = { ...record, experiment: { ...record.experiment, reconstruct } };
  assertEquals(verdicts(losing(made, 0.7 + 1e-6)), "equal,equal,within");
});

Deno.test("sameEngine() asks for the backend, V8 and what computes, and not for what draws", async () => {
  const { records: [record] } = await committed();
  const one = runNumbers(record);
  const other = (changes: object) => ({ environment: { ...one.environment, ...changes } });
  assert(sameEngine(one, other({ threads: 7, packages: { ...one.environment.packages, arquero: "9" } })));
  for (const changes of [{ backend: "cpu" }, { v8: "16" }, { packages: { "@tensorflow/tfjs": "5" } }]) {
    assert(!sameEngine(one, other(changes)), JSON.stringify(changes));
  }
  assert(!sameEngine(other({ backend: "tensorflow" }), other({ backend: "tensorflow" })));
});

Deno.test("a run of each system is made again and compared, number by number", async () => {
  const { numbers, records } = await committed();
  const world = await pocketIdentity();
  const wanted = wantedRuns(numbers, { systems: { "dual-loss": system() }, world, file: "results.json" });
  assertEquals(wanted.map(({ key, committed: { variant, seed } }) => [key, variant, seed]), [[
    "dual-loss",
    "plain",
    1,
  ]]);
  async function* events(experiment: Experiment): AsyncGenerator<RunEvent> {
    assertEquals(experiment, wanted[0].experiment);
    yield { kind: "done", record: await Promise.resolve(records[0]) };
  }
  const rows = await compareAgain(wanted, { progress: quiet, events });
  const [head, , first] = checkText(rows).split("\n");
  assert(/^run +number +results +here +band/.test(head), head);
  assert(/^dual-loss, plain, seed 1 +accuracy +0\.\d+ +0\.\d+ +equal bits +equal$/.test(first), first);
  assertEquals(
    verdictText(rows),
    "3 numbers: 3 equal to the last bit, 0 within the band, 0 outside. The results are confirmed.",
  );
  const outside = rows.map((row) => ({ ...row, verdict: "outside" as const }));
  assert(verdictText(outside).endsWith("3 outside. The results are not confirmed."));
});

Deno.test("the short form stops a run behind its first epoch, and compares that", async () => {
  const { numbers, records: [record] } = await committed();
  const world = await pocketIdentity();
  const wanted = wantedRuns(numbers, { systems: { "dual-loss": system() }, world, file: "results.json" });
  const [row] = record.history;
  let stopped = false;
  async function* events(): AsyncGenerator<RunEvent> {
    try {
      yield { kind: "epoch", steps: 100, row: { ...row, loss: { total: 0.7 + 1e-12 } } };
      await Promise.resolve();
    } finally {
      stopped = true;
    }
  }
  const rows = await compareFirst(withFirst(wanted, "results.json"), { progress: quiet, events, backend: "cpu" });
  assert(stopped);
  assertEquals(rows.map(({ number, verdict }) => [number, verdict]), [
    ["epoch 1, accuracy", "equal"],
    ["epoch 1, auc", "equal"],
    ["epoch 1, loss total", "within"], // made up on wasm
  ]);
  const { first: _, ...before } = wanted[0].committed;
  assertThrows(() => withFirst([{ ...wanted[0], committed: before }], "results.json"), Error, "deno task results");
});

Deno.test("wantedRuns() refuse another world, a definition that has changed, and a system without numbers", async () => {
  const { numbers } = await committed();
  const where = { systems: { "dual-loss": system() }, world: numbers.world, file: "docs/results.json" };
  assertThrows(() => wantedRuns(numbers, { ...where, world: "ab".repeat(32) }), Error, "shipped is abababababab");
  const { plain: _plain, ...others } = system().pocket;
  const changed = { "dual-loss": system({ pocket: { ...others, plain: others.dual } }) };
  const error = assertThrows(() => wantedRuns(numbers, { ...where, systems: changed }), Error);
  assert(error.message.includes('"plain" of "dual-loss", seed 1: its definition has changed'), error.message);
  assert(error.message.includes("deno task demo --all && deno task results"), error.message);
  assertThrows(
    () => wantedRuns(numbers, { ...where, systems: { drct: system() } }),
    Error,
    '"drct": "docs/results.json"',
  );
});

Deno.test("deno task check-results tells what is missing before it trains anything", async () => {
  await inFolder(async (folder) => {
    const file = join(folder, "results.json");
    const check = (...args: string[]) => counterproof(["check-results", "--results", file, ...args]);
    const none = await check();
    assertEquals([none.code, none.out], [1, ""]);
    assert(none.err.includes("Cannot check results: there is no ") && none.err.includes("task results"), none.err);
    await Deno.writeTextFile(file, numbersText({ ...(await committed()).numbers, world: "cd".repeat(32) }));
    const other = await check("--systems", "dual-loss");
    assertEquals([other.code, other.out], [1, ""]);
    assert(other.err.includes("pocket world cdcdcdcdcdcd"), other.err);
    assertEquals((await check("--systems", "dula-loss")).code, 2);
  });
});
