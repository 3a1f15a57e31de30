import { dirname, join } from "node:path";
import { type ResultNumbers, runNumbers } from "../../lib/cli/results_numbers.ts";
import { writeResults } from "../../lib/cli/results_write.ts";
import { systemRuns } from "../../lib/cli/system_runs.ts";
import { pocketIdentity } from "../../lib/layouts/pocket.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { inFolder } from "../runs/example.ts";
import { counterproof } from "./command_line.ts";
import { HOSTILE, madeUpRuns, storeOf, system, twoSystems, writeRuns } from "./made_up_systems.ts";

const systems = twoSystems();

Deno.test("results write up what the runs of all systems say, the same bytes from the same runs", async () => {
  await inFolder(async (folder) => {
    const out = join(folder, "deep", "results.md");
    const world = await pocketIdentity();
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
    // another order on disk and other dates are no other results
    const files = [out, numbers, ...pictures];
    const before = await Promise.all(files.map((file) => Deno.readTextFile(file)));
    await Deno.remove(runs, { recursive: true });
    for (const one of Object.values(systems).toReversed()) {
      const again = await madeUpRuns(one, { seeds: [2, 1], changes: { started: "2030-01-01T00:00:00.000Z" } });
      await writeRuns(runs, again);
    }
    await writeResults(await systemRuns(runs, { systems, world }), { out, world, all: true });
    for (const [i, file] of files.entries()) assertEquals(await Deno.readTextFile(file), before[i], file);
  });
});

Deno.test("results link pictures that lie beside them, with words for who does not see them, and are small", async () => {
  await inFolder(async (folder) => {
    const out = join(folder, "results.md");
    const world = await pocketIdentity();
    const runs = await storeOf(folder, systems, { seeds: [1] });
    const { pictures } = await writeResults(await systemRuns(runs, { systems, world }), { out, world, all: false });
    const links = [...(await Deno.readTextFile(out)).matchAll(/^!\[(.+)\]\(([^)]+)\)$/gm)];
    assertEquals(links.map(([, , file]) => join(dirname(out), file)), pictures);
    const shown = ["accuracy", "ablation", "distances", "epochs"].map((what) => `dual-loss-${what}.svg`);
    for (const file of shown) assert(links.some(([, , link]) => link === `figures/${file}`), `${file}: ${links}`);
    for (const [, alt] of links) assert(alt.length > 40 && !/(?<!\\)[[\]<>|*`]/.test(alt), alt);
    for (const file of pictures) {
      const svg = await Deno.readTextFile(file);
      assert(svg.startsWith("<svg ") && !svg.includes("<script") && svg.length < 150_000, `${file}: ${svg.length}`);
    }
  });
});

Deno.test("results escape hostile names wherever they stand, and keep every table's columns", async () => {
  await inFolder(async (folder) => {
    const out = join(folder, "results.md");
    const world = await pocketIdentity();
    const only = { hostile: systems.hostile };
    const runs = await storeOf(folder, only, { seeds: [1] });
    await writeResults(await systemRuns(runs, { systems: only, world }), { out, world, all: false });
    const text = await Deno.readTextFile(out);
    assert(text.includes("## # \\<b\\>Hostile\\</b\\> \\| \\_one\\_"), text);
    assert(text.includes("\\*bold\\* \\| \\<script\\>") && text.includes("[a]\\(http://x) \\`b\\`"), text);
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
  await inFolder(async (folder) => {
    const out = join(folder, "results.md");
    const world = await pocketIdentity();
    const runs = await storeOf(folder, { "dual-loss": system() }, { seeds: [1, 2] });
    const found = await systemRuns(runs, { systems: { "dual-loss": system() }, world });
    const { numbers } = await writeResults(found, { out, world, all: true });
    const read: ResultNumbers = JSON.parse(await Deno.readTextFile(numbers));
    assertEquals([read.format, read.world, Object.keys(read.systems)], [1, world, ["dual-loss"]]);
    const { runs: told, check, claims } = read.systems["dual-loss"];
    assertEquals(told.length, 8);
    assertEquals(told, JSON.parse(JSON.stringify(found[0].records.map(runNumbers))));
    assert(told.some(({ variant, seed }) => variant === check.variant && seed === check.seed && seed === 1));
    assertEquals(claims.map(({ verdict }) => verdict).at(-1), "cannot be decided");
  });
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
