import { accuracy } from "../../lib/metrics/mod.ts";
import { crossTable, crossText } from "../../lib/report/cross.ts";
import type { Experiment } from "../../lib/experiment.ts";
import type { RunRecord } from "../../lib/types.ts";
import { assert, assertClose, assertEquals, assertThrows } from "../assert.ts";
import { syntheticRecord } from "./records.ts";

/** Records of some methods, each trained on A, B and G, whose scores lie further apart on what it was trained on. */
function crossed({ seeds = [1] }: { readonly seeds?: readonly number[] } = {}): RunRecord[] {
  return ["plain", "dual"].flatMap((method, m) =>
    ["A", "B", "G"].flatMap((on, k) =>
      seeds.map((seed) => {
        const name = `${method} on ${on}`;
        const made = syntheticRecord({
          ...{ name, seed, trained: [on], terms: { [method]: 1 }, generators: ["A", "B", "G"] },
          distance: 1 + m + k / 10,
        });
        const experiment: Experiment = { ...made.experiment, tags: { method, "trained on": on } };
        return { ...made, experiment };
      })
    )
  );
}

Deno.test("crossTable() has a cell for each method, what it was trained on and what it is tested on", () => {
  const records = crossed();
  const rows = crossTable(records);
  assertEquals(rows.length, 2 * 3 * 3);
  assertEquals(rows.slice(0, 4).map(({ method, trained, tested }) => `${method} ${trained} ${tested}`), [
    ...["plain A A", "plain A B", "plain A G", "plain B A"],
  ]);
  const { label, score, set } = records[4].scores; // dual on B
  const own = set.flatMap((name, i) => name === null || name === "G" ? [i] : []);
  const cell = rows.find(({ method, trained, tested }) => `${method} ${trained} ${tested}` === "dual B G")!;
  assertClose(cell.value.value, accuracy(own.map((i) => label[i]), own.map((i) => score[i])), 1e-12);
  assert(rows.every(({ value: { value, low, high } }) => low <= value && value <= high));
});

Deno.test("crossTable() averages seeds", () => {
  const rows = crossTable(crossed({ seeds: [1, 2] }), { metric: "auc" });
  assertEquals([rows.length, new Set(rows.map(({ seeds }) => seeds))], [18, new Set([2])]);
  const each = [1, 2].map((seed) => crossTable(crossed({ seeds: [seed] }), { metric: "auc" })[5].value.value);
  assertClose(rows[5].value.value, (each[0] + each[1]) / 2, 1e-12);
});

Deno.test("a group of test sets is one cell, their mean", () => {
  const records = crossed();
  const groups = { "A and B": ["A", "B"], "G": ["G"] };
  const rows = crossTable(records, { groups });
  const plain = crossTable(records);
  assertEquals(rows.map(({ tested }) => tested).slice(0, 2), ["A and B", "G"]);
  assertClose(rows[0].value.value, (plain[0].value.value + plain[1].value.value) / 2, 1e-12);
  assertEquals(rows[1].value.value, plain[2].value.value);
  assertThrows(() => crossTable(records, { groups: { X: ["A", "C"] } }), RangeError, 'was not tested on "C"');
});

Deno.test("crossTable() takes what definitions name where there are no tags, and refuses what says nothing or the same", () => {
  const bare = crossed().map((one) => ({ ...one, experiment: { ...one.experiment, tags: {} } }));
  assertEquals(crossTable(bare)[3], { ...crossTable(crossed())[3], method: "plain on B" });
  const unknown = {
    ...bare[0].experiment,
    data: { ...bare[0].experiment.data, train: [{ kind: "elsaD3" }] },
  } as unknown as Experiment;
  assertThrows(() => crossTable([{ ...bare[0], experiment: unknown }]), RangeError, 'give it a tag "trained on"');
  const [first, second] = crossed();
  const same = { ...second, experiment: { ...second.experiment, tags: first.experiment.tags } };
  assertThrows(() => crossTable([first, same]), RangeError, 'two definitions of it that were trained on "A"');
});

Deno.test("crossText() has a table for each method, with the mean over what was not trained on", () => {
  const rows = crossTable(crossed());
  const [plain, dual] = crossText(rows).split("\n\n");
  assert(plain.startsWith("plain, 1 seed\n") && dual.startsWith("dual, 1 seed\n"));
  const lines = plain.split("\n");
  assert(/^trained on +A % +B % +G % +others %$/.test(lines[1]), lines[1]);
  const others = (rows[1].value.value + rows[2].value.value) / 2;
  assert(lines[3].startsWith("A") && lines[3].endsWith((100 * others).toFixed(1)), lines[3]);
});
