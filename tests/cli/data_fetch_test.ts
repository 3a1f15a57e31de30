import { readArguments, UsageError } from "../../lib/cli/command.ts";
import { countsText, dataFetch } from "../../lib/cli/data_fetch.ts";
import { assertEquals, assertRejects } from "../assert.ts";

const run = (...args: string[]) => dataFetch.run(readArguments("data fetch", dataFetch, args));

Deno.test("data fetch tells what is there, what is dead and why, and what to ask again", () => {
  const counts = { total: 12_000, there: 9_000, dead: 2_900, unreachable: 100, reasons: { "410": 900, "404": 2_000 } };
  assertEquals(countsText("train", counts).split("\n"), [
    "train: 9,000 of 12,000 photographs are there",
    "  2,900 addresses dead (404: 2,000, 410: 900)",
    "  100 did not answer; the same command asks them again",
  ]);
  assertEquals(
    countsText("test", { total: 2, there: 2, dead: 0, unreachable: 0, reasons: {} }),
    "test: 2 of 2 photographs are there",
  );
});

Deno.test("data fetch refuses other splits and counts, and a folder without ELSA_D3", async () => {
  await assertRejects(() => run("/data", "--split", "trian"), UsageError, 'did you mean "train"?');
  await assertRejects(() => run("/data", "--concurrency", "0"), UsageError, "expected a whole number");
  const folder = await Deno.makeTempDir();
  try {
    await assertRejects(() => run(folder), Deno.errors.NotFound, "found no parquet files whose path says train");
  } finally {
    await Deno.remove(folder);
  }
});
