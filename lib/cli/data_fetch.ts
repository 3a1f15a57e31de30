import { checkNumber } from "../definition/check.ts";
import { nearest } from "../definition/nearest.ts";
import type { FetchCounts } from "../data/fetch_reals.ts";
import { thousands } from "../report/numbers.ts";
import { progress } from "../terminal/progress.ts";
import type { Split } from "../types.ts";
import { type Command, typedAgain, UsageError } from "./command.ts";
import { interruptible } from "./interrupt.ts";
import { load, userPath } from "./places.ts";
import { print, printJson } from "./print.ts";

/** Splits that ELSA_D3 has. */
const splits = ["train", "test"] as const satisfies readonly Split[];

/** Fetches the photographs of a data set that names them by address. */
export const dataFetch: Command = {
  summary: "fetches the photographs of ELSA_D3, which names them by address",
  help: `deno task data fetch DIR [OPTIONS]

DIR holds ELSA_D3, whose records have four generated images each and the address of a photograph. What is there is
kept in DIR/ELSA_D3/real, with a ledger of addresses that are dead. Called again, it asks only for what is missing;
servers that did not answer are asked again, dead addresses only with --retry.

  --split SPLIT      train or test; default: both, as far as their files are there
  --concurrency N    addresses that are asked at once; default 32
  --retry            asks dead addresses again

Example:
  deno task data fetch /data --split test --concurrency 64`,
  json: "one object by split, each with total, there, dead, unreachable and the reasons why addresses are dead",
  values: ["split", "concurrency"],
  flags: ["retry"],
  operands: [1, 1],
  async run(given) {
    const { fetchDefaults, fetchReals } = await load<typeof import("../data/fetch_reals.ts")>(
      "lib/data/fetch_reals.ts",
    );
    const data = userPath(given.operands[0]);
    const chosen = splitsOf(given.values.split);
    const concurrency = Number(given.values.concurrency ?? fetchDefaults.concurrency);
    try {
      checkNumber("--concurrency", concurrency, { from: 1, to: 1000, integer: true });
    } catch (error) {
      throw new UsageError((error as Error).message, { cause: error });
    }
    using bar = progress();
    const kept = `What has come is kept. Go on with: ${typedAgain(given)}`;
    return await interruptible(async (signal) => {
      const done: Partial<Record<Split, FetchCounts>> = {};
      let missing: Error | null = null;
      for (const split of chosen) {
        const tell = ({ total, there, dead, unreachable }: FetchCounts) =>
          bar.update(there + dead + unreachable, total, `${split}, ${thousands(there)} there, ${thousands(dead)} dead`);
        const options = { ...fetchDefaults, concurrency, retryDead: given.flags.retry, signal, tell };
        try {
          done[split] = await fetchReals({ data, split }, options);
        } catch (error) {
          if (!(error instanceof Deno.errors.NotFound)) throw error;
          missing ??= error; // one split alone will do where none was named
        }
      }
      if (missing !== null && (given.values.split !== undefined || Object.keys(done).length === 0)) throw missing;
      bar[Symbol.dispose]();
      printJson(done);
      for (const [split, counts] of Object.entries(done)) print(countsText(split, counts));
      return 0;
    }, { kept, progress: bar, stopping: "Stopping" });
  },
};

function splitsOf(typed: string | undefined): readonly Split[] {
  const known: readonly Split[] = splits;
  if (typed === undefined) return known;
  if (known.includes(typed as Split)) return [typed as Split];
  const near = nearest(typed, known);
  throw new UsageError(
    `Cannot fetch the split "${typed}": ${near === null ? "" : `did you mean "${near}"? `}expected ${
      known.join(" or ")
    }`,
  );
}

/** What a fetch came to, for a terminal. */
export function countsText(split: string, { total, there, dead, unreachable, reasons }: FetchCounts): string {
  const why = Object.entries(reasons).sort(([, a], [, b]) => b - a).map(([reason, count]) =>
    `${reason}: ${thousands(count)}`
  );
  return [
    `${split}: ${thousands(there)} of ${thousands(total)} photographs are there`,
    dead === 0 ? null : `  ${thousands(dead)} address${dead === 1 ? "" : "es"} dead (${why.join(", ")})`,
    unreachable === 0 ? null : `  ${thousands(unreachable)} did not answer; the same command asks them again`,
  ].filter((line) => line !== null).join("\n");
}
