import { inRowsOf, readScores } from "../../lib/evaluate/scores_file.ts";
import { assertEquals, assertThrows } from "../assert.ts";

const read = (...lines: string[]) => readScores(lines.join("\n"), { file: "theirs.csv" });

Deno.test("readScores() takes an id, a label and a score, each image being its own source", () => {
  const { test, validation } = read("score,id,label", "0.25,a.png,real", "1e-3,b.png,fake", "1,c.png,1");
  assertEquals(test, {
    id: ["a.png", "b.png", "c.png"],
    source: ["a.png", "b.png", "c.png"],
    generator: [null, null, null],
    set: [null, null, null],
    corruption: [null, null, null],
    label: [0, 1, 1],
    score: [0.25, 0.001, 1],
  });
  assertEquals(validation, null);
});

Deno.test("readScores() takes test sets by either name, sources, and validation rows apart", () => {
  for (const name of ["set", "generator"]) {
    const { test, validation } = read(
      `id,label,score,${name},source,split`,
      "a,real,0.1,,photo,test",
      "b,fake,0.9,adm,photo,",
      "b,fake,0.8,sd14,photo,test",
      "b,fake,0.7,adm,photo,validation",
    );
    assertEquals(test.set, [null, "adm", "sd14"]);
    assertEquals([test.generator, test.source], [[null, "adm", "sd14"], ["photo", "photo", "photo"]]);
    assertEquals(validation!.score, [0.7]);
  }
});

Deno.test("readScores() says which line is wrong, and how", () => {
  const head = "id,label,score";
  const cases: [string[], string][] = [
    [[head, "a,real,0.1", "b,fake"], '"theirs.csv", line 3: found 2 cells, expected 3'],
    [[head, ",real,0.1"], "line 2: the id is empty"],
    [[head, "a,Real,0.1"], 'line 2: the label is "Real", expected real or fake'],
    [[head, "a,real,-2.5"], 'line 2: the score is "-2.5", expected a probability of fake (0…1); write a log-odds'],
    [[head, "a,real,"], 'the score is "", expected'],
    [[head, "a,real,nan"], 'the score is "nan", expected'],
    [
      [head, "a,real,0.1", "b,fake,0.2", "a,real,0.3"],
      'line 4: "a" was scored in a line before, expected one score each',
    ],
    [[`${head},set`, "a,fake,0.1,adm", "a,fake,0.1,adm"], 'line 3: "a" was scored in a line before, in "adm" too'],
    [[`${head},split`, "a,fake,0.1,train"], 'the split is "train"'],
    [[`${head},split`, "a,fake,0.1,validation"], "found no row of the test split"],
    [[head], "found no row of the test split"],
  ];
  for (const [lines, message] of cases) assertThrows(() => read(...lines), RangeError, message);
});

Deno.test("readScores() says which columns are missing, unknown or there twice", () => {
  assertThrows(() => read("id,score"), TypeError, "its first line has no column label");
  assertThrows(() => read("id;label;score"), TypeError, 'unknown column "id;label;score"');
  assertThrows(() => read("id,labels,score"), TypeError, 'did you mean "label"?');
  assertThrows(() => read("id,label,score,id"), TypeError, 'column "id" is there twice');
  assertThrows(() => read("id,label,score,set,generator"), TypeError, "expected one of them");
  assertThrows(() => readScores("", { file: "x" }), TypeError, "no column id and none label and none score");
});

Deno.test("inRowsOf() puts scores into another's rows, by test set where they name some", () => {
  const other = read("id,label,score,set,source", "p,real,0.5,,s", "f,fake,0.5,adm,s", "f,fake,0.5,sd14,t").test;
  const names = { name: "theirs", against: "ours" };
  const plain = inRowsOf(read("id,label,score", "f,fake,0.9", "p,real,0.2").test, other, names);
  assertEquals(plain, { ...other, score: [0.2, 0.9, 0.9] });
  const sets = read("id,label,score,set", "f,fake,0.8,sd14", "f,fake,0.7,adm", "p,real,0.1,").test;
  assertEquals(inRowsOf(sets, other, names).score, [0.1, 0.7, 0.8]);
});

Deno.test("inRowsOf() refuses other images and other labels", () => {
  const other = read("id,label,score", "p,real,0.5", "f,fake,0.5").test;
  const beside = (...lines: string[]) => () =>
    inRowsOf(read("id,label,score", ...lines).test, other, { name: "theirs", against: "ours" });
  assertThrows(beside("p,real,0.1"), RangeError, 'Cannot set "theirs" beside "ours": it has no score of "f"');
  assertThrows(beside("p,fake,0.1", "f,fake,0.1"), RangeError, '"p" is fake in one and real in the other');
  assertThrows(
    beside("p,real,0.1", "f,fake,0.1", "x,fake,0", "y,fake,0"),
    RangeError,
    'the latter has no score of "x", nor of 1 others',
  );
});
