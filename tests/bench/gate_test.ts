import { join } from "node:path";
import { knownOf, readBaseline, renewed, writeBaseline } from "../../bench/gate/baseline.ts";
import { checkout, commitOf, lastChange } from "../../bench/gate/checkout.ts";
import { appendHistory, readHistory } from "../../bench/gate/history.ts";
import { bandOf, judge, judgeTurns, LEAST_BAND, MOST_BAND, PROCESSES, TURNS } from "../../bench/gate/judge.ts";
import { measure, nearLeast } from "../../bench/gate/measure.ts";
import { nameIn } from "../../bench/gate/processor.ts";
import { reference } from "../../bench/gate/reference.ts";
import { judgeAll } from "../../bench/gate/rounds.ts";
import { nameOf, suiteOf, suites, titleOf, unwatched } from "../../bench/gate/suites.ts";
import { checkSentence, checkTable } from "../../bench/gate/table.ts";
import { here, watch } from "../../bench/gate/watch.ts";
import { assert, assertClose, assertEquals, assertRejects } from "../assert.ts";
import { inFolder } from "../runs/example.ts";

const known = { ratio: 2, band: 0.08 };

Deno.test("every bench file is watched, or says why it is not", async () => {
  const files = (await Array.fromAsync(Deno.readDir(new URL("../../bench", import.meta.url))))
    .flatMap(({ name }) => name.endsWith("_bench.ts") ? [name] : []);
  const watched = suites({ form: "full", tensorflow: true }).map(({ file }) => file);
  assertEquals([...new Set([...watched, ...Object.keys(unwatched)])].sort(), files.sort());
  assert(suites({ form: "full", tensorflow: false }).every(({ backend }) => backend !== "tensorflow"));
  assert(suites({ form: "short", tensorflow: true }).every(({ backend }) => backend !== "tensorflow"));
});

Deno.test("a bench is called after its suite, its group and itself", () => {
  const suite = { file: "kernels_bench.ts", backend: "wasm" } as const;
  assertEquals(titleOf(suite), "kernels on wasm");
  const name = nameOf(suite, { group: "GELU: tanh", name: "fused" });
  assertEquals([name, suiteOf(name)], ["kernels on wasm: GELU: tanh: fused", "kernels on wasm"]);
  assertEquals(nameOf({ file: "report_bench.ts", backend: null }, { group: "", name: "page()" }), "report: page()");
});

Deno.test("a baseline is the median of runs, its band twice as wide as half of them lie off, from 4 % to 7 %", () => {
  assertEquals([bandOf([2, 2, 2]), bandOf([2]), bandOf([2.02, 2, 3])], [LEAST_BAND, LEAST_BAND, LEAST_BAND]);
  assertClose([bandOf([1.95, 2, 2.05]), bandOf([1.5, 2, 2.5])], [0.05, MOST_BAND], 1e-12);
  const runs = [{ ratio: 2.5, milliseconds: 7 }, { ratio: 3, milliseconds: 9 }, { ratio: 2.00004, milliseconds: 8 }];
  assertEquals(knownOf(runs), { ratio: 2.5, band: MOST_BAND, milliseconds: 7 });
  assertEquals([nearLeast([3, 1, 2]), nearLeast([4])], [2, 4]);
});

Deno.test("judge() goes by the median of processes, behind two that lie near or five", () => {
  const told = (...ratios: number[]) => {
    const { verdict, settled } = judge("a: b", ratios, known);
    return `${verdict}, ${settled ? "settled" : "open"}`;
  };
  assertEquals([told(2), told(2, 2.02), told(2.3, 2.02)], ["as before, open", "as before, settled", "as before, open"]);
  assertEquals([told(2.3), told(2.3, 2.3, 2.01, 2.3), told(2.3, 2.3, 2.01, 2.3, 2.2)], [
    "slower, open",
    "slower, open",
    "slower, settled",
  ]);
  assertEquals([told(2.3, 2.3, 2, 2, 2.1), told(1.8, 1.8, 1.8, 2, 2)], ["as before, settled", "faster, settled"]);
  assertEquals([judge("a: b", [1], null).verdict, judge("a: b", [], known).verdict], ["new", "gone"]);
});

Deno.test("what is not settled is measured again until it is", async () => {
  const asked: string[][] = [];
  const answer = (name: string, ratio: number) => ({ name, ratio, milliseconds: 1, turns: 5 });
  const judged = await judgeAll([answer("s: quiet", 2), answer("s: chance", 2.6), answer("s: slow", 2.3)], {
    judged: (name, ratios) => judge(name, ratios, known),
    again: (names) => {
      asked.push([...names]);
      return Promise.resolve(names.map((name) => answer(name, name === "s: slow" ? 2.3 : 2.01)));
    },
  });
  const slow = ["s: slow"];
  assertEquals(asked, [["s: quiet", "s: chance", ...slow], ["s: chance", ...slow], slow, slow]);
  assertEquals(judged.map(({ verdict, processes }) => [verdict, processes]), [
    ["as before", PROCESSES.near],
    ["as before", 3],
    ["slower", PROCESSES.most],
  ]);
  const table = checkTable([...judged, judge("s: new", [1.5], null)]).split("\n");
  assert(/^bench +ratio +baseline +change +band$/.test(table[0]), table[0]);
  assert(/^s: slow +2\.30 +2\.00 +\+15\.0 % +8\.0 % +slower, in 5 processes$/.test(table[4]), table[4]);
  const sentence = checkSentence(judged, { against: "the baseline" });
  assert(sentence.startsWith("3 benches against the baseline: 2 as before, 1 slower."), sentence);
  assert(sentence.includes('deno task bench:check --only "s: slow"'), sentence);
});

Deno.test("judgeTurns() goes by the median of neighbouring turns, behind five that lie near or eleven", () => {
  const turns = (...changes: number[]) => changes.map((change, i) => ({ own: (2 + i) * change, other: 2 + i }));
  const told = (...changes: number[]) => {
    const { verdict, settled } = judgeTurns("a: b", turns(...changes), TURNS.near);
    return `${verdict}, ${settled ? "settled" : "open"}`;
  };
  assertEquals(told(1, 1.01, 1.4, 1.02), "as before, open");
  assertEquals(told(1, 1.01, 1.4, 1.02, 0.9), "as before, settled");
  assertEquals(told(1.05, 1.05, 1.05, 1.05, 1.05), "as before, open");
  assertEquals(told(...Array(10).fill(1.15)), "slower, open");
  assertEquals(told(...Array(11).fill(1.15)), "slower, settled");
  assertEquals(told(...Array(5).fill(0.8), ...Array(6).fill(1.07)), "as before, settled");
  assertEquals(told(...Array(11).fill(0.9)), "faster, settled");
  assertEquals(judgeTurns("a: b", turns(1.02), 1).settled, true);
  assertEquals(judgeTurns("a: b", turns(1.05), 1).settled, false);
  const { ratio, baseline, processes } = judgeTurns("a: b", turns(1.1, 1.1, 1.1), TURNS.near);
  assertClose([ratio!, baseline!, processes], [3.3, 3, 3], 1e-12);
});

Deno.test("measure() tells how many times the reference a bench takes, whatever else the machine does", async () => {
  const three = { group: "", name: "three", fn: () => [1, 2, 3].forEach(() => reference()) };
  const { ratio, turns } = await measure(three, { budget: 100 });
  assert(turns >= 5 && ratio > 2.4 && ratio < 3.6, `${ratio}`);
  const elsewhere = { ...three, elsewhere: () => Promise.resolve(1e6) };
  assertEquals((await measure(elsewhere, { budget: 100 })).milliseconds, 1e6);
});

Deno.test("watch() measures the benches of a file that are asked for, in a process of its own", async () => {
  const suite = { file: "noise_bench.ts", backend: null } as const;
  const heard: string[] = [];
  const answers = await watch(suite, {
    ...{ form: "full", only: "Draw", names: null, budget: 20, program: here },
    told: ({ name }) => heard.push(name),
  });
  assertEquals([answers.map(({ name }) => name), heard], [["noise: draw: noise"], ["noise: draw: noise"]]);
  assert(answers[0].ratio > 0 && answers[0].milliseconds > 0);
});

Deno.test("a baseline is read as it was written, in one order, and of another format refused", async () => {
  await inFolder(async (folder) => {
    const file = join(folder, "baseline.json");
    const how = { date: "2026-11-26", commit: "ab12", deno: "2.9.6", runs: 6, cores: 2 };
    const one = { ...known, milliseconds: 3 };
    const entry = { how, benches: { "b: 1": one, "a: 1": one } };
    await assertRejects(() => readBaseline(file), Deno.errors.NotFound, "deno task bench:check --update");
    await writeBaseline(file, { format: 1, processors: { Xeon: entry, EPYC: entry } });
    const read = await readBaseline(file);
    assertEquals(Object.keys(read.processors), ["EPYC", "Xeon"]);
    assertEquals(Object.keys(read.processors.EPYC.benches), ["a: 1", "b: 1"]);
    await Deno.writeTextFile(file, '{"format":2}');
    await assertRejects(() => readBaseline(file), TypeError, "format 1");
    await Deno.writeTextFile(file, "{");
    await assertRejects(() => readBaseline(file), TypeError, "not JSON");
    const now = { how, benches: { "c: 1": one } };
    assertEquals(Object.keys(renewed(entry, now, { whole: false }).benches), ["b: 1", "a: 1", "c: 1"]);
    assertEquals(renewed(entry, now, { whole: true }), now);
  });
});

Deno.test("the history grows by lines, and a damaged one is named", async () => {
  await inFolder(async (folder) => {
    const file = join(folder, "history.jsonl");
    assertEquals(await readHistory(file), []);
    const run = { date: "2026-11-26", commit: null, processor: "EPYC", deno: "2.9.6", form: "short", load: 1 } as const;
    await appendHistory(file, [{ ...run, ratios: { "a: b": 1.5 } }]);
    await appendHistory(file, [{ ...run, ratios: { "a: b": 1.6 } }]);
    assertEquals((await readHistory(file)).map(({ ratios }) => ratios["a: b"]), [1.5, 1.6]);
    await Deno.writeTextFile(file, "{\n", { append: true });
    await assertRejects(() => readHistory(file), SyntaxError, "line 3");
  });
});

Deno.test("a processor is called by its name and the numbers of its family and model", () => {
  const text = "processor\t: 0\ncpu family\t: 25\nmodel\t\t: 17\nmodel name\t: AMD EPYC\n";
  assertEquals(nameIn(text), "AMD EPYC, family 25 model 17");
  assertEquals(nameIn("CPU implementer\t: 0x41\nCPU part\t: 0xd40\n"), "0x41, part 0xd40");
});

Deno.test("an older commit is put into a folder, and what it lacks is told", async () => {
  await inFolder(async (folder) => {
    const git = async (...args: string[]): Promise<void> => {
      const identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"];
      const { success } = await new Deno.Command("git", { args: ["-C", folder, ...identity, ...args], ...quiet })
        .output();
      assert(success, args.join(" "));
    };
    await git("init", "--quiet");
    await Deno.writeTextFile(join(folder, "a.txt"), "old");
    await git("add", "a.txt");
    await git("commit", "--quiet", "-m", "a");
    const commit = await commitOf(folder);
    assert(/^[0-9a-f]{40}$/.test(commit!), `${commit}`);
    assertEquals(await lastChange(folder, "a.txt"), commit);
    await assertRejects(() => lastChange(folder, "b.txt"), Error, 'no commit has "b.txt"');
    await Deno.writeTextFile(join(folder, "a.txt"), "new");
    assertEquals(await commitOf(folder), `${commit}+changes`);
    let where = "";
    {
      await using old = await checkout(folder, commit!);
      where = old.folder;
      assertEquals(await Deno.readTextFile(join(where, "a.txt")), "old");
    }
    await assertRejects(() => Deno.stat(where), Deno.errors.NotFound);
    await assertRejects(() => checkout(folder, "0".repeat(40)), Error, "git fetch --unshallow");
  });
});

const quiet = { stdout: "null", stderr: "null" } as const;

Deno.test("bench:check tells how it is used, and refuses what makes no sense", async () => {
  const command = join(import.meta.dirname!, "../../bench/check.ts");
  const check = async (...args: string[]) => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args: ["run", "-A", command, ...args] })
      .output();
    return [code, new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr)] as const;
  };
  const [code, help] = await check("--help");
  assert(code === 0 && help.includes("--short") && help.includes("1 also where a bench is slower"), help);
  assertEquals((await check("--updat"))[0], 2);
  const [both, told] = await check("--update", "--against", "main");
  assert(both === 2 && told.includes("--against looks at none"), told);
});
