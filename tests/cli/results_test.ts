import { dirname, join } from "node:path";
import { numbersText, parseNumbers, resultNumbers, runNumbers } from "../../lib/cli/results_numbers.ts";
import { resultsText } from "../../lib/cli/results_text.ts";
import { tell, type Told } from "../../lib/cli/results_told.ts";
import { asVariant } from "../../lib/cli/systems.ts";
import { writeResults } from "../../lib/cli/results_write.ts";
import { systemRuns } from "../../lib/cli/system_runs.ts";
import { pocketIdentity } from "../../lib/layouts/pocket.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "../assert.ts";
import { inFolder } from "../runs/example.ts";
import { counterproof } from "./command_line.ts";
import { HOSTILE, madeUpRuns, storeOf, system, twoSystems, writeRuns } from "./made_up_systems.ts";

Deno.test("results write up what the runs say, with small pictures beside, the same bytes from the same runs", async () => {
  await inFolder(async (folder) => {
    const out = join(folder, "deep", "results.md");
    const world = await pocketIdentity();
    const systems = { "dual-loss": system() };
    const runs = await storeOf(folder, systems, { seeds: [1, 2] });
    const { pictures, numbers } = await writeResults(await systemRuns(runs, { systems, world }), {
      out,
      world,
      all: true,
    });
    const text = await Deno.readTextFile(out);
    for (
      const part of [
        world,
        "deno task demo --all --seeds 2 --backend wasm\n",
        "## What the published claims come to here\n\n| system | published | its figure |",
        "| Dual loss | it helps | 81.01 % against 77.18 % (GenImage) | dual − contrastive-only: accuracy, points, over",
        "cannot be decided here: every image here has the same text",
        "\nAccuracy over the unseen generators, dual − contrastive-only: ",
        "| tested on | plain | with-reconstructions | contrastive-only | dual | trivial cues (probe) |",
        "| contrastive-only − with-reconstructions | ",
        "| with-reconstructions − plain | ",
        "| dual − plain | ",
        "| points [95 %] | p | p (Holm) | seed 1 | seed 2 |",
        "real ↔ its reconstruction",
        "| variant | what differs from contrastive-only |",
        "77.18 % accuracy with contrastive-only on GenImage",
        "deno task run experiments/dual_loss.ts#dual --data DIR",
      ]
    ) assert(text.includes(part), `${part}\n${text}`);
    assert(!text.includes("2026"), "a date stands in the results");
    const links = [...text.matchAll(/^!\[(.+)\]\(([^)]+)\)$/gm)];
    assertEquals(links.map(([, , file]) => join(dirname(out), file)), pictures);
    const shown = ["accuracy", "ablation", "distances", "epochs"].map((what) => `figures/dual-loss-${what}.svg`);
    assertEquals(links.map(([, , file]) => file), shown);
    for (const [, alt] of links) {
      assert(alt.length > 40 && alt.endsWith(": plain, with-reconstructions, contrastive-only, dual"));
    }
    for (const file of pictures) {
      const svg = await Deno.readTextFile(file);
      assert(svg.startsWith("<svg ") && !svg.includes("<script") && svg.length < 150_000, `${file}: ${svg.length}`);
    }
    // another order on disk and other dates are no other results
    const files = [out, numbers, ...pictures];
    const before = await Promise.all(files.map((file) => Deno.readTextFile(file)));
    await Deno.remove(runs, { recursive: true });
    await writeRuns(
      runs,
      await madeUpRuns(system(), { seeds: [2, 1], changes: { started: "2030-01-01T00:00:00.000Z" } }),
    );
    await writeResults(await systemRuns(runs, { systems, world }), { out, world, all: true });
    for (const [i, file] of files.entries()) assertEquals(await Deno.readTextFile(file), before[i], file);
  });
});

Deno.test("results escape hostile names wherever they stand, and keep every table's columns", async () => {
  await inFolder(async (folder) => {
    const out = join(folder, "results.md");
    const world = await pocketIdentity();
    const only = { hostile: twoSystems().hostile };
    const runs = await storeOf(folder, only, { seeds: [1] });
    await writeResults(await systemRuns(runs, { systems: only, world }), { out, world, all: false });
    const text = await Deno.readTextFile(out);
    assert(text.includes("## # \\<b\\>Hostile\\</b\\> \\| \\_one\\_"), text);
    assert(text.includes("\\*bold\\* \\| \\<script\\>") && text.includes("[a]\\(http://x) \\`b\\`"), text);
    for (const [, alt] of text.matchAll(/^!\[(.+)\]\(figures\/hostile-[a-z]+\.svg\)$/gm)) {
      assert(!/(?<!\\)[[\]<>|*`]/.test(alt), alt);
    }
    const prose = text.replace(/```[\s\S]*?```/g, "");
    for (const bare of ["<script>", "*bold*", "[a](http", "<i>", "<b>"]) {
      assert(!new RegExp(`(?<!\\\\)${bare.replace(/[*[()]/g, "\\$&")}`).test(prose), `${bare} stands in\n${prose}`);
    }
    for (const table of prose.split("\n\n").filter((block) => block.startsWith("|"))) {
      const columns = table.split("\n").map((line) => line.split(/(?<!\\)\|/).length);
      assertEquals(new Set(columns).size, 1, table);
    }
    assert(text.includes("deno task demo --all --systems hostile --seeds 1"), text);
    assertEquals(HOSTILE.length, 2);
  });
});

Deno.test("results have their numbers beside them, as check-results reads them", async () => {
  const records = await madeUpRuns(system(), { seeds: [1, 2] });
  const told = await tell({ key: "dual-loss", system: system(), seeds: [1, 2], records });
  const numbers = resultNumbers([told], { world: "ab" });
  assertEquals(parseNumbers(numbersText(numbers), "results.json"), JSON.parse(JSON.stringify(numbers)));
  const { runs, check, claims } = numbers.systems["dual-loss"];
  assertEquals(runs, records.map(runNumbers));
  assert(runs.some(({ variant, seed }) => variant === check.variant && seed === check.seed && seed === 1));
  assertEquals(claims.map(({ verdict }) => verdict).at(-1), "cannot be decided");
  assertThrows(() => parseNumbers("{", "results.json"), SyntaxError, 'Cannot read "results.json": it is not JSON');
  assertThrows(() => parseNumbers("{}", "results.json"), RangeError, "in format 1");
});

Deno.test("results of several systems have the claims of all in front, each under its own name", async () => {
  const told: Told[] = [];
  for (const [key, one] of Object.entries(twoSystems())) {
    const names = Object.keys(one.pocket);
    const records = (await madeUpRuns(one, { seeds: [1] })).map((record, i) => asVariant(record, names[i]));
    told.push(await tell({ key, system: one, seeds: [1], records }));
  }
  const text = resultsText(told, { world: "ab", all: true });
  const [, claims] = /## What the published claims come to here\n\n([\s\S]*?)\n\n/.exec(text)!;
  assertEquals(claims.split("\n").map((line) => line.split(" | ")[0]), [
    "| system",
    "| ---",
    ...["| Dual loss", "| Dual loss", "| Dual loss", "| # \\<b\\>Hostile\\</b\\> \\| \\_one\\_"],
  ]);
  assert(text.indexOf("deno task demo --all --seeds 1 --backend wasm\n") > 0, text);
  assertEquals(text.split("Trivial cues is no method").length, 2);
});

Deno.test("systemRuns() says which variants and seeds are there, and what makes the others", async () => {
  await inFolder(async (runs) => {
    const world = await pocketIdentity();
    const all = { "dual-loss": system() };
    const none = await assertRejects(() => systemRuns(runs, { systems: all, world }), Error);
    assert(none.message.includes("    dual: none\n") || none.message.includes("    dual: none"), none.message);
    assert(none.message.includes("deno task demo --all --systems dual-loss --seeds 3"), none.message);
    const records = await madeUpRuns(system(), { seeds: [1, 2] });
    const other = { ...records[0], id: "0".repeat(64), fingerprint: "0".repeat(64) };
    await writeRuns(runs, [...records.slice(1), other]);
    const some = await assertRejects(() => systemRuns(runs, { systems: all, world }), Error);
    for (const part of ["    plain: seeds 2\n", "    dual: seeds 1, 2\n", "1 finished run of another definition"]) {
      assert(some.message.includes(part), some.message);
    }
  });
});

Deno.test("systemRuns() refuses runs on another world, and one of which there are two", async () => {
  await inFolder(async (runs) => {
    const world = await pocketIdentity();
    const all = { "dual-loss": system() };
    const [first, ...rest] = await madeUpRuns(system(), { seeds: [1] });
    const hashes = { pocket: "ab".repeat(32) };
    await writeRuns(runs, [{ ...first, environment: { ...first.environment, hashes } }, ...rest]);
    const other = await assertRejects(
      () => systemRuns(runs, { systems: all, world }),
      Error,
      'results of "plain", seed 1',
    );
    assert(other.message.includes("pocket world abababababab, the one"), other.message);
    await writeRuns(runs, [{ ...first, id: "ef".repeat(32) }]);
    await assertRejects(() => systemRuns(runs, { systems: all, world }), Error, "it was run on different data");
  });
});

Deno.test("deno task results refuses an unknown system, and tells what is missing", async () => {
  await inFolder(async (runs) => {
    const out = join(runs, "results.md");
    const unknown = await counterproof(["results", "--systems", "dual-los", "--runs", runs, "--out", out]);
    assertEquals([unknown.code, unknown.out], [2, ""]);
    assert(unknown.err.includes('unknown system "dual-los", did you mean "dual-loss"?'), unknown.err);
    const none = await counterproof(["results", "--runs", runs, "--out", out]);
    assertEquals([none.code, none.out], [1, ""]);
    assert(none.err.includes("  dual-loss:\n    plain: none\n"), none.err);
    assertEquals(await Deno.stat(out).catch(() => null), null);
  });
});
