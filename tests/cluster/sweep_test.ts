/** Sweeps of the tiny world: real processes, that are killed for real. */
import { join } from "node:path";
import { sweep, sweepEvents, type SweepOptions } from "../../lib/cluster/sweep.ts";
import type { SweepEvent } from "../../lib/cluster/events.ts";
import { grid } from "../../lib/definition/grid.ts";
import { closeBackend, useBackend } from "../../lib/engine/backend.ts";
import { derive, type Experiment } from "../../lib/experiment.ts";
import { run } from "../../lib/run.ts";
import { folders, readHeader } from "../../lib/runs/store.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { assertSame } from "../same_run.ts";
import { tinyDual, writeTinyWorld } from "../tiny_world.ts";
import { writeFinished } from "./finished.ts";
import { resultOf } from "./told.ts";

const data = await Deno.makeTempDir();
await writeTinyWorld(data);
await useBackend("wasm", { threads: 1 });
Deno.test.afterAll(async () => {
  closeBackend();
  await Deno.remove(data, { recursive: true });
});

/** The tiny recipe by its learning rate; it decides by the loss's own metric, accuracy. */
const family = ({ rate = 1e-2, epochs = 2 } = {}): Experiment =>
  derive(tinyDual({ epochs }), { name: `rate ${rate}`, optimizer: { rate } });

async function inRuns(body: (options: SweepOptions & { readonly runs: string }) => Promise<void>): Promise<void> {
  const runs = await Deno.makeTempDir();
  try {
    await body({ runs, data, backend: "wasm", checkpointSeconds: 0 });
  } finally {
    await Deno.remove(runs, { recursive: true });
  }
}

Deno.test("sweep() runs a grid under several seeds, tells of each, and finds all of it finished again", async () => {
  await inRuns(async (options) => {
    const definitions = grid(family, { rate: [1e-3, 1e-2] });
    const told = await Array.fromAsync(sweepEvents(definitions, { ...options, seeds: [1, 2], on: "local:2" }));
    const { records, rows } = resultOf(told);
    assertEquals(records.map(({ experiment: { name, seed } }) => [name, seed]), [
      ["rate 0.001", 1],
      ["rate 0.001", 2],
      ["rate 0.01", 1],
      ["rate 0.01", 2],
    ]);
    assertEquals(rows.map(({ status, epochs, point }) => [status, epochs, point]), [
      ["done", 2, 0],
      ["done", 2, 0],
      ["done", 2, 1],
      ["done", 2, 1],
    ]);
    assertEquals(told.filter(({ kind }) => kind === "ended").length, 4);
    const here = await run(derive(definitions[1], { seed: 2 }), { data, runs: join(data, "here"), backend: "wasm" });
    assertSame(records[3], here);

    const again = await Array.fromAsync(sweepEvents(definitions, { ...options, seeds: [1, 2] }));
    assertEquals([...new Set(again.map(({ kind }) => kind))], ["table", "done"]);
    assertEquals(resultOf(again).rows, rows);
  });
});

Deno.test("halving stops bad points early, and what is left equals a run that was never stopped", async () => {
  await inRuns(async (options) => {
    const definitions = grid(family, { rate: [1e-6, 1e-2, 3e-3], epochs: [3] });
    const halving = { factor: 3, first: 1 };
    const told = await Array.fromAsync(sweepEvents(definitions, { ...options, halving, on: "local:2" }));
    const { records, rows } = resultOf(told);
    const [rung] = told.filter((event) => event.kind === "rung");
    assertEquals([rung.epoch, rung.metric, rung.points.length], [1, "accuracy", 3]);
    const best = rung.points.findIndex(({ goesOn }) => goesOn);
    assertEquals(rung.points[best].value, Math.max(...rung.points.map(({ value }) => value!)));
    assertEquals(
      rows.map(({ status, epochs }) => [status, epochs]),
      [0, 1, 2].map((i) => i === best ? ["done", 3] : ["stopped", 1]),
    );
    assertEquals(records.length, 1);
    assertSame(records[0], await run(definitions[best], { data, runs: join(data, "never"), backend: "wasm" }));
    assertEquals((await readHeader(rows[(best + 1) % 3].folder)).status, "stopped");

    const again = await Array.fromAsync(sweepEvents(definitions, { ...options, halving }));
    assertEquals(again.filter(({ kind }) => kind === "ended"), []); // decided from what is there
    assertEquals(resultOf(again).rows, rows);
    assertEquals(again.find((event) => event.kind === "rung"), rung);
  });
});

Deno.test("a crash costs one point and is tried again; a refused definition is not", async () => {
  await inRuns(async (options) => {
    const long = family({ epochs: 12 });
    const wild = derive(family({ rate: 1e30 }), { name: "wild" });
    const other = family({ rate: 2e-2 });
    let killed = 0;
    const told: SweepEvent[] = [];
    for await (const event of sweepEvents([long, wild, other], { ...options, on: "local:2" })) {
      told.push(event);
      if (event.kind !== "table" || killed > 0) continue;
      const [{ where, doing }] = event.table.rows;
      if (where === null || !/^step \d+/.test(doing)) continue;
      Deno.kill(killed = Number(where.split(" ")[1]), "SIGKILL");
    }
    const { records, rows } = resultOf(told);
    assertEquals(rows.map(({ status }) => status), ["done", "failed", "done"]);
    assert(rows[1].error!.includes("is not finite"), rows[1].error!);
    const notices = told.flatMap((event) => event.kind === "notice" ? [event.text] : []);
    assertEquals(notices.filter((text) => text.includes("died")).length, 1, notices.join("\n"));
    assertSame(records[0], await run(long, { data, runs: join(data, "whole"), backend: "wasm" }));
  });
});

Deno.test("a stopped sweep keeps its checkpoints, and the same call goes on from them", async () => {
  await inRuns(async (options) => {
    const stopper = new AbortController();
    const definitions = [family({ epochs: 1000 }), family({ epochs: 1001 })];
    const error = await assertRejects(async () => {
      for await (const event of sweepEvents(definitions, { ...options, on: "local:2", signal: stopper.signal })) {
        if (event.kind !== "table") continue;
        if (event.table.rows.every(({ epochs }) => epochs > 0)) stopper.abort();
      }
    }, DOMException);
    assertEquals(error.name, "AbortError");
    let begun: readonly number[] = [];
    for await (const event of sweepEvents(definitions, { ...options, on: "local:2" })) {
      if (event.kind !== "table") continue;
      begun = event.table.rows.map(({ epochs }) => epochs);
      break; // whoever stops reading stops them
    }
    assert(begun.every((epochs) => epochs > 0), String(begun));
    for (const folder of await folders(options.runs)) assertEquals((await readHeader(folder)).status, "stopped");
  });
});

Deno.test("sweep() refuses missing data before any process, and takes one definition as well", async () => {
  await inRuns(async (options) => {
    await assertRejects(() => sweep(family(), { ...options, data: join(data, "nowhere") }), Deno.errors.NotFound);
    await assertRejects(() => sweep([], options), RangeError, "no definitions");
    await assertRejects(() => sweep(family(), { ...options, on: "moon" }), RangeError, "expected local or slurm");
    assertEquals(await Array.fromAsync(Deno.readDir(options.runs)), []);
  });
});

Deno.test("a sweep of many finished runs starts no process and collects all of them, in their order", async () => {
  await inRuns(async (options) => {
    const count = Deno.env.get("COUNTERPROOF_FULL") === "1" ? 1000 : 100;
    const definitions = Array.from({ length: count }, (_, i) => family({ rate: 1e-3 * (1 + i) }));
    await writeFinished(definitions, options);
    const { records, rows } = await sweep(definitions, options);
    assertEquals(records.map(({ experiment }) => experiment.name), definitions.map(({ name }) => name));
    assert(rows.every(({ status }) => status === "done"));
  });
});
