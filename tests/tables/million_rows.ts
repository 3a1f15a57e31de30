/** Writes and reads a table of so many rows, in a process of its own: `deno run million_rows.ts ROWS`. */
import { random } from "../../lib/random.ts";
import { peakMegabytes } from "../../lib/runs/memory.ts";
import { readParquet, writeParquet } from "../../lib/tables/parquet.ts";

/** What it tells, as JSON. */
export interface MillionRows {
  /** Whether the table came back as it was. */
  readonly same: boolean;
  /** Of the file. */
  readonly bytes: number;
  readonly seconds: number;
  /** Resident memory: with the table alone, and at most. */
  readonly megabytes: { readonly before: number; readonly peak: number };
}

if (import.meta.main) {
  const draw = random(1, "rows");
  const rows = Array.from({ length: Number(Deno.args[0]) }, (_, i) => i);
  const types = {
    id: "string",
    source: "string",
    generator: "string or null",
    score: "double",
    seed: "whole",
  } as const;
  const table = {
    id: rows.map((i) => `GenImage/stable_diffusion_v_1_4/val/ai/crop/${String(i).padStart(7, "0")}.png`),
    source: rows.map((i) => `GenImage/n${i >> 1}`),
    generator: rows.map((i) => i % 2 === 0 ? null : "sd14"),
    score: rows.map(() => draw.uniform()),
    seed: rows.map(() => 2 ** 53 - 1),
  };
  const before = peakMegabytes();
  const began = performance.now();
  const bytes = writeParquet(types, table);
  const read = await readParquet(bytes, { file: "memory", types });
  const seconds = (performance.now() - began) / 1000;
  const same = (Object.keys(types) as (keyof typeof types)[]).every((name) =>
    read[name].length === rows.length && rows.every((i) => read[name][i] === table[name][i])
  );
  const told: MillionRows = { same, bytes: bytes.length, seconds, megabytes: { before, peak: peakMegabytes() } };
  // deno-lint-ignore no-console -- the test that started it reads this
  console.log(JSON.stringify(told));
}
