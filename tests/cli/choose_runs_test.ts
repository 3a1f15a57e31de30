import { join } from "node:path";
import { chooseByWord, chooseRuns } from "../../lib/cli/choose_runs.ts";
import { runFolder, writeRecord } from "../../lib/runs/store.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { exampleRecord, inFolder } from "../runs/example.ts";

/** A store with two runs of one definition, a stopped one of another, and a folder without a record. */
async function inStore(body: (runs: string) => Promise<void>): Promise<void> {
  await inFolder(async (runs) => {
    const write = async (digit: string, name: string, changes: Parameters<typeof exampleRecord>[0]) => {
      const experiment = { ...exampleRecord().experiment, name };
      const record = exampleRecord({ id: digit.repeat(64), experiment, ...changes });
      await writeRecord(runFolder(runs, { name, id: record.id }), record);
    };
    const [one, two] = ["abab", "cdcd"].map((start) => start.repeat(16));
    await write("b", "dual", { fingerprint: one, started: "2026-11-21T00:00:00.000Z" });
    await write("a", "dual", { fingerprint: one, started: "2026-11-22T00:00:00.000Z" });
    await write("c", "plain", { fingerprint: two, status: "stopped", started: "2026-11-20T00:00:00.000Z" });
    await Deno.mkdir(join(runs, "begun-0123456789ab"));
    await body(runs);
  });
}

Deno.test("chooseRuns() takes names, beginnings of ids and fingerprints, and folders", async () => {
  await inStore(async (runs) => {
    const chosen = async (...words: string[]) =>
      (await chooseRuns(runs, words)).map(({ shortId }) => shortId[0]).join("");
    assertEquals(await chosen(), "cba0");
    assertEquals(await chosen("dual"), "ba");
    assertEquals(await chosen("aaaa"), "a");
    assertEquals(await chosen("a".repeat(64)), "a");
    assertEquals(await chosen("abab"), "ba");
    assertEquals(await chosen("cdcdcdcd"), "c");
    assertEquals(await chosen(join(runs, "plain-cccccccccccc") + "/"), "c");
    assertEquals(await chosen("0123456789ab"), "0");
    assertEquals(await chosen("begun"), "0");
    assertEquals(await chosen("plain", "dual", "aaaa", "cccc"), "cba");
    const byWord = await chooseByWord(runs, ["aaaa", "dual"]);
    assertEquals(byWord.map((found) => found.map(({ shortId }) => shortId[0]).join("")), ["a", "ba"]);
  });
});

Deno.test("chooseRuns() refuses what is no run, with the nearest name", async () => {
  await inStore(async (runs) => {
    const refused = async (word: string, folder = runs) =>
      (await assertRejects(() => chooseRuns(folder, ["dual", word].slice(folder === runs ? 0 : 1)), Error)).message;
    assertEquals(
      await refused("dula"),
      `Cannot find "dula": no such run in "${runs}", did you mean "dual"? the runs are begun, dual, plain`,
    );
    assert((await refused("aaa")).includes('"aaa"'), "three digits are too few");
    assert((await refused("dual", join(runs, "none"))).includes("there is none. Make some with"));
    const { experiment } = exampleRecord();
    for (let i = 0; i < 20; i++) {
      const id = `${10 + i}`.repeat(32);
      await writeRecord(
        runFolder(runs, { name: "x", id }),
        exampleRecord({ id, experiment: { ...experiment, name: `x${i}` } }),
      );
    }
    assert((await refused("dula")).endsWith('did you mean "dual"? all are told by: deno task list --limit all'));
  });
});
