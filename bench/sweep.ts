/**
 * What a sweep costs beside its runs: `deno task bench:sweep`. How long one takes that finds a thousand runs finished and
 * collects their records, and how long the process of a run takes before its first step.
 */
import { sweepEvents } from "../lib/cluster/sweep.ts";
import { derive } from "../lib/experiment.ts";
import { peakMegabytes } from "../lib/runs/memory.ts";
import { tinyDual, writeTinyWorld } from "../tests/tiny_world.ts";
import { writeFinished } from "../tests/cluster/finished.ts";

const COUNT = 1000;
const folder = await Deno.makeTempDir({ prefix: "counterproof-bench-" });
try {
  const [runs, data] = [`${folder}/runs`, `${folder}/data`];
  await writeTinyWorld(data);
  const tell = (words: string): void => void Deno.stdout.writeSync(new TextEncoder().encode(`${words}\n`));
  const definitions = Array.from(
    { length: COUNT },
    (_, i) => derive(tinyDual({ epochs: 17 }), { name: `point ${i}`, optimizer: { rate: 1e-3 * (1 + i) } }),
  );
  await writeFinished(definitions, { runs, data, backend: "wasm", threads: 1 });
  for (let round = 1; round <= 3; round++) {
    const began = performance.now();
    let records = 0;
    for await (const event of sweepEvents(definitions, { runs, data })) {
      if (event.kind === "done") records = event.sweep.records.length;
    }
    const seconds = (performance.now() - began) / 1000;
    tell(`${records} finished runs collected in ${seconds.toFixed(1)} s, ${peakMegabytes()} MB at most`);
  }
  for (let round = 1; round <= 3; round++) {
    const one = derive(tinyDual({ epochs: 40 }), { name: "start", optimizer: { rate: 1 + round } });
    const began = performance.now();
    for await (const event of sweepEvents(one, { runs, data, backend: "wasm", on: "local:1" })) {
      if (event.kind !== "table" || !/^step|validation|scoring/.test(event.table.rows[0].doing)) continue;
      tell(
        `a process takes its first step ${((performance.now() - began) / 1000).toFixed(1)} s after it was asked for`,
      );
      break;
    }
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
