// deno-lint-ignore-file no-console -- a proof reports on the console
/**
 * Shows that `bench:check --short` is quiet where nothing changed and speaks where something did, against the committed
 * baseline of this processor. Nothing is written.
 *
 *     deno run -A bench/gate_proof.ts repeat [TIMES]   the check so many times (20), and how many benches it called slower
 *     deno run -A bench/gate_proof.ts slow [TEXT]      once with every bench (or those whose name contains TEXT) slower by
 *                                                      15 %, and which of them it did not call slower
 */
import { fileURLToPath } from "node:url";
import { duration } from "../lib/report/numbers.ts";
import { lastChange } from "./gate/checkout.ts";
import { readBaseline } from "./gate/baseline.ts";
import { againstEntry, confirmed } from "./gate/compare.ts";
import type { Judged } from "./gate/judge.ts";
import { files, ROOT } from "./gate/places.ts";
import { processorName } from "./gate/processor.ts";
import { BUDGET } from "./gate/rounds.ts";
import { SLOWDOWN } from "./gate/slow_side.ts";
import { suites } from "./gate/suites.ts";
import { checkTable } from "./gate/table.ts";
import { here } from "./gate/watch.ts";

const [what, value = ""] = Deno.args;
const entry = (await readBaseline(files.baseline)).processors[await processorName()];
if (entry === undefined) throw new Error("Cannot prove anything: the baseline does not know this processor");

/** One check; says how long it took and on how busy a machine. */
async function check(name: string, program: string, only = ""): Promise<readonly Judged[]> {
  const began = performance.now();
  const rounds = {
    form: "short",
    only,
    budget: BUDGET,
    program,
    suites: suites({ form: "short", tensorflow: false }),
  } as const;
  const silent = { ...rounds, told: () => {} };
  const first = await againstEntry(silent, entry);
  const doubtful = first.filter(({ verdict }) => verdict === "slower").length;
  const rows = await confirmed(first, silent, await lastChange(ROOT, "bench/baseline.json"));
  const counts = [...Map.groupBy(rows, ({ verdict }) => verdict)].map(([verdict, own]) => `${own.length} ${verdict}`);
  const again = first.filter(({ processes }) => processes > 1);
  console.log(
    `${name}: ${counts.join(", ")}; ${again.length} measured again, ${doubtful} beside the older commit; ${
      duration((performance.now() - began) / 1000)
    }, ` +
      `load ${Deno.loadavg().map((load) => load.toFixed(1)).join(" ")}`,
  );
  return rows;
}

if (what === "repeat") {
  const times = value === "" ? 20 : Number(value);
  const alarms: Judged[] = [];
  for (let i = 1; i <= times; i++) {
    const slower = (await check(`check ${i} of ${times}`, here)).filter(({ verdict }) => verdict === "slower");
    if (slower.length > 0) console.log(checkTable(slower));
    alarms.push(...slower);
  }
  console.log(alarms.length === 0 ? "No false alarm" : `${alarms.length} false alarms`);
} else if (what === "slow") {
  const program = fileURLToPath(new URL("./gate/slow_side.ts", import.meta.url));
  const rows = await check(`every bench slower by ${100 * SLOWDOWN} %`, program, value);
  const passed = rows.filter(({ verdict }) => verdict !== "slower");
  console.log(checkTable(rows));
  console.log(`${rows.length - passed.length} of ${rows.length} caught`);
} else {
  throw new Error(`Cannot prove "${what ?? ""}": expected repeat [TIMES] or slow [TEXT]`);
}
