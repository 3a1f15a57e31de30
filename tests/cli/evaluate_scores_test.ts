import { join } from "node:path";
import { evaluateScores } from "../../lib/evaluate/evaluate.ts";
import { readRecord, runFolder, writeRecord } from "../../lib/runs/store.ts";
import type { ScoreColumns } from "../../lib/types.ts";
import { assert, assertClose, assertEquals } from "../assert.ts";
import { syntheticRecord } from "../report/records.ts";
import { inFolder } from "../runs/example.ts";
import { counterproof } from "./command_line.ts";

/** Scores as a detector elsewhere would write them. */
function csvOf({ id, label, score, set, source }: ScoreColumns, change = (score: number) => score): string {
  const rows = id.map((name, i) => [name, label[i] === 1 ? "fake" : "real", change(score[i]), set[i] ?? "", source[i]]);
  return ["id,label,score,generator,source", ...rows].join("\n");
}

const { scores } = syntheticRecord({ name: "dual", sources: 15 });

Deno.test("evaluate --scores has the tables of a run for any detector", () =>
  inFolder(async (folder) => {
    const file = join(folder, "theirs.csv");
    await Deno.writeTextFile(file, csvOf(scores));
    const { code, out, err } = await counterproof(["evaluate", "--scores", file]);
    assertEquals([code, err], [0, ""]);
    for (
      const part of ["theirs", "balanced %", "best ≤ %", "negative log-likelihood", "mean over sets", "all images"]
    ) {
      assert(out.includes(part), `${out}\nlacks: ${part}`);
    }
    assert(/\bB +\d+\.\d \[/.test(out) && !out.includes("trained") && !out.includes("unseen"), out);
  }));

Deno.test("evaluate --scores freezes a threshold on validation rows", () =>
  inFolder(async (folder) => {
    const file = join(folder, "theirs.csv");
    const rows = ["a,real,0.25,test", "b,fake,0.4,test", "c,real,0.125,validation", "d,fake,0.5,validation"];
    await Deno.writeTextFile(file, ["id,label,score,split", ...rows].join("\n"));
    const { code, out, err } = await counterproof(["evaluate", "--scores", file, "--json"]);
    assertEquals([code, err], [0, ""]);
    const { detectors: [{ frozen, metrics }], metrics: every, differences } = JSON.parse(out);
    assertEquals([frozen.threshold, frozen.real, metrics.all.accuracy, differences], [0.3125, 1, 0.5, null]);
    const found = every.filter((row: { metric: string; role: string }) =>
      row.metric === "accuracy" && row.role === "mean"
    );
    assertEquals(found.map((row: { threshold: string; value: number }) => [row.threshold, row.value]), [
      ["0.5", 0.5],
      ["frozen", 1],
    ]);
    const text = await counterproof(["evaluate", "--scores", file]);
    assert(
      text.out.includes("The frozen threshold is 0.3125: of 1 validation photograph and 1 fake 100.0 %"),
      text.out,
    );
  }));

Deno.test("evaluate --scores tests two files, or a file and a run, in pairs", () =>
  inFolder(async (folder) => {
    const [file, worse] = ["theirs.csv", "worse.csv"].map((name) => join(folder, name));
    await Deno.writeTextFile(file, csvOf(scores));
    await Deno.writeTextFile(worse, csvOf(scores, (score) => 1 - score));
    const two = await counterproof(["evaluate", "--scores", file, worse, "--json"]);
    assertEquals([two.code, two.err], [0, ""]);
    const { differences } = JSON.parse(two.out);
    const mean = differences.find(({ role }: { role: string }) => role === "mean");
    assertEquals([mean.of, mean.against, mean.accuracyP < 0.05], ["theirs", "worse", true]);
    assert(mean.accuracy > 0.2 && differences[0].mcnemarP < 0.05);

    const runs = join(folder, "runs");
    const made = { ...syntheticRecord({ name: "dual", sources: 15 }), id: "a".repeat(64) };
    const run = runFolder(runs, { name: "dual", id: made.id });
    await writeRecord(run, { ...made, metrics: evaluateScores(scores) });
    const stored = await readRecord(run);
    await Deno.writeTextFile(file, csvOf(stored.scores, (score) => 1 - score));
    const beside = await counterproof(["evaluate", "--scores", file, run, "--runs", runs, "--json"]);
    assertEquals([beside.code, beside.err], [0, ""]);
    const rows = JSON.parse(beside.out);
    assertEquals(rows.detectors.map(({ name }: { name: string }) => name), ["dual", "theirs"]);
    const apart = rows.differences.find(({ role }: { role: string }) => role === "mean").accuracy;
    const means = rows.sets.filter(({ role }: { role: string }) => role === "mean");
    assertClose(apart, means[1].accuracy - means[0].accuracy, 1e-12);
    const text = await counterproof(["evaluate", "--scores", file, run, "--runs", runs]);
    assert(text.out.includes("theirs − dual") && text.out.includes("McNemar p"), text.out + text.err);
  }));

Deno.test("evaluate --scores refuses what it does not understand", () =>
  inFolder(async (folder) => {
    const file = join(folder, "theirs.csv");
    const refused = async (...words: string[]) => {
      const { code, out, err } = await counterproof(["evaluate", ...words]);
      assertEquals(out, "");
      return [code, err] as const;
    };
    const [none, noneSaid] = await refused();
    assert(none === 2 && noneSaid.includes("no run given, expected RUN or --scores FILE"), noneSaid);
    const [gone, goneSaid] = await refused("--scores", file);
    assert(gone === 1 && goneSaid.includes("there is no such file"), goneSaid);
    await Deno.writeTextFile(file, "id,label,score\na,real,0.1\nb,fake,2");
    const [wrong, wrongSaid] = await refused("--scores", file);
    assert(wrong === 1 && wrongSaid.includes('line 3: the score is "2"'), wrongSaid);
    const [useless, uselessSaid] = await refused("--scores", file, "--backend", "cpu");
    assert(useless === 2 && uselessSaid.includes("--backend speaks of a checkpoint"), uselessSaid);
    const [many, manySaid] = await refused("--scores", file, "a", "b");
    assert(many === 2 && manySaid.includes("expected at most one"), manySaid);
    await Deno.writeTextFile(file, "id,label,score\na,real,0.1\nb,real,0.2");
    const [one, oneSaid] = await refused("--scores", file);
    assert(one === 1 && oneSaid.includes('test set "all": found 2 photographs and 0 fakes'), oneSaid);
  }));
