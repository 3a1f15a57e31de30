/** A run's folder, opened by programs that know nothing of this one. */
import { createHash } from "node:crypto";
import { join, relative } from "node:path";
import { closeBackend } from "../../lib/engine/backend.ts";
import { openSafetensors } from "../../lib/engine/safetensors.ts";
import { run } from "../../lib/run.ts";
import { readEvents } from "../../lib/runs/event_log.ts";
import { appendScores, findFolder, readRecord, writeRecord } from "../../lib/runs/store.ts";
import type { RunRecord, ScoreColumns } from "../../lib/types.ts";
import { assert, assertEquals } from "../assert.ts";
import { askPython, findPython, noPython } from "../python.ts";
import { testBackend } from "../tensors.ts";
import { tinyDual, writeTinyWorld } from "../tiny_world.ts";
import { exampleRecord, inFolder } from "./example.ts";

/** What Python finds in a run's folder. */
interface Found {
  readonly record: Record<string, unknown> & { readonly scores: readonly { file: string; sha256: string }[] };
  /** Of the files that the record names. */
  readonly hashes: Readonly<Record<string, string>>;
  /** Kinds of the lines, as pandas reads them. */
  readonly kinds: readonly string[];
  readonly totals: readonly number[];
  readonly tables: Readonly<Record<string, FoundTable>>;
  /** By file, then by name: shape, type and hash of the values. */
  readonly tensors: Readonly<Record<string, Readonly<Record<string, readonly [readonly number[], string, string]>>>>;
}

interface FoundTable {
  /** Types of the columns, as pyarrow and as pandas have them. */
  readonly arrow: Readonly<Record<string, string>>;
  readonly pandas: Readonly<Record<string, string>>;
  readonly columns: Readonly<Record<string, readonly unknown[]>>;
  /** Rows by test set and label, by pandas. */
  readonly counts: readonly (readonly [string, string, number])[];
  /** Whether pandas and pyarrow see the same. */
  readonly same: boolean;
}

const script = `
import hashlib, json, pathlib, sys
import pandas, pyarrow.parquet
from safetensors.numpy import load_file

folder = pathlib.Path(sys.argv[1])
record = json.loads((folder / "record.json").read_text("utf-8"))
links = record["scores"] + [record[name] for name in ("probe", "validation") if record[name]]
sha256 = lambda data: hashlib.sha256(data).hexdigest()
events = [json.loads(line) for line in (folder / "events.jsonl").read_text("utf-8").splitlines()]

def table(file):
    arrow = pyarrow.parquet.read_table(file)
    frame = pandas.read_parquet(file)
    counts = frame.groupby(["test_set", "label"], dropna=False).size()
    return {
        "arrow": {field.name: str(field.type) for field in arrow.schema},
        "pandas": {name: frame[name].dtype.kind for name in frame},
        "columns": arrow.to_pydict(),
        "counts": [[None if pandas.isna(test_set) else test_set, label, int(n)] for (test_set, label), n in counts.items()],
        "same": frame.astype(object).where(frame.notna(), None).to_dict("list") == arrow.to_pydict(),
    }

print(json.dumps({
    "record": record,
    "hashes": {link["file"]: sha256((folder / link["file"]).read_bytes()) for link in links},
    "kinds": pandas.read_json(folder / "events.jsonl", lines=True)["kind"].tolist(),
    "totals": [event["row"]["loss"]["total"] for event in events if event["kind"] == "step"],
    "tables": {link["file"]: table(folder / link["file"]) for link in links},
    "tensors": {
        file.relative_to(folder).as_posix(): {
            name: [list(values.shape), str(values.dtype), sha256(values.tobytes())]
            for name, values in load_file(file).items()
        }
        for file in folder.rglob("*.safetensors")
    },
}))
`;

const python = await findPython();

/** A test that needs Python, and says where it is left out. */
function testWithPython(name: string, test: () => Promise<void>): void {
  Deno.test({
    name: python === null ? `${name}: ${noPython}` : name,
    ignore: python === null,
    // the backend's threads outlive the test that starts them
    sanitizeResources: false,
    sanitizeOps: false,
    fn: test,
  });
}

Deno.test.afterAll(closeBackend);

testWithPython("Python reads of a run's folder what this library reads: record, events, scores, weights", async () => {
  await inFolder(async (folder) => {
    await writeTinyWorld(folder);
    const runs = join(folder, "runs");
    const told = await run(tinyDual(), { runs, data: folder, backend: testBackend });
    const home = (await findFolder(runs, told.id))!;
    const found = await askPython<Found>(script, [home]);

    const record = await readRecord(home);
    assertEquals(told, record);
    const { format, id, experiment, history, metrics, status } = record;
    assertEquals(found.record.experiment, JSON.parse(JSON.stringify(experiment)));
    assertEquals(found.record.history as unknown, history);
    assertEquals(found.record.metrics as unknown, metrics);
    assertEquals([found.record.format, found.record.id, found.record.status], [format, id, status]);
    for (const { file, sha256 } of found.record.scores) assertEquals(found.hashes[file], sha256);

    const events = await Array.fromAsync(readEvents(home));
    assertEquals(found.kinds, events.map(({ kind }) => kind));
    assertEquals(found.totals, record.steps.map(({ loss }) => loss.total));

    sameScores(found.tables["scores.parquet"], record.scores, record);
    sameScores(found.tables["probe.parquet"], record.probe!, record);
    sameScores(found.tables["validation.parquet"], record.validation!, record, "validation");

    const files = await safetensorsIn(home);
    assert(files.length > 0, "there are no weights");
    assertEquals(Object.keys(found.tensors).sort(), files.map((file) => relative(home, file)));
    for (const file of files) assertEquals(found.tensors[relative(home, file)], tensorsOf(file));
  });
});

testWithPython(
  "Python reads scores that were added, texts of any script, missing ones, and tables of no rows",
  async () => {
    await inFolder(async (folder) => {
      const home = join(folder, "a-c3bbf8d1e5f5");
      const record = exampleRecord();
      const { scores } = record;
      const empty = Object.fromEntries(Object.keys(scores).map((name) => [name, []])) as unknown as ScoreColumns;
      await writeRecord(home, { ...record, probe: empty });
      const more = { ...scores, id: ["Straße/λ 🙂.png", ""], corruption: ["jpeg-50", null], score: [0, 5e-324] };
      await appendScores(home, more, {});
      const { tables, record: { scores: links } } = await askPython<Found>(script, [home]);
      assertEquals(links.map(({ file }) => file), ["scores.parquet", "scores-2.parquet"]);
      sameScores(tables["scores.parquet"], scores, record);
      sameScores(tables["scores-2.parquet"], more, record);
      assertEquals(tables["probe.parquet"].columns, tableOf(empty, record));
    });
  },
);

/** Claims that Python has the scores, under the types that it should have. */
function sameScores(table: FoundTable, scores: ScoreColumns, record: RunRecord, split = "test"): void {
  const { id, source, label, generator, test_set, corruption, score, seed } = table.arrow;
  assertEquals([id, source, label, generator, test_set, corruption], Array.from({ length: 6 }, () => "string"));
  assertEquals([score, seed], ["double", "int64"]);
  assertEquals([table.pandas.score, table.pandas.seed], ["f", "i"]);
  const columns = tableOf(scores, record, split);
  assertEquals(table.columns, columns);
  assert(table.same, "pandas and pyarrow differ");
  const counted = Object.entries(Object.groupBy(scores.id.keys(), (i) => `${scores.set[i]} ${columns.label[i]}`));
  assertEquals(
    table.counts.map(([set, label, count]) => `${set} ${label} ${count}`).sort(),
    counted.map(([key, rows]) => `${key} ${rows!.length}`).sort(),
  );
}

/** Columns as the files have them. */
function tableOf(
  { set, label, ...same }: ScoreColumns,
  { experiment }: RunRecord,
  split = "test",
): Record<string, unknown[]> {
  const columns: Record<string, readonly unknown[]> = {
    ...same,
    test_set: set,
    label: label.map((value) => value === 1 ? "fake" : "real"),
    seed: label.map(() => experiment.seed),
    split: label.map(() => split),
  };
  return columns as Record<string, unknown[]>;
}

/** Every file of tensors below a folder. */
async function safetensorsIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) found.push(...await safetensorsIn(path));
    else if (name.endsWith(".safetensors")) found.push(path);
  }
  return found.sort();
}

/** Shape, type and hash of the values of each tensor, in the words of numpy. */
function tensorsOf(file: string): Found["tensors"][string] {
  using opened = openSafetensors(file);
  return Object.fromEntries(Array.from(opened.tensors, ([name, { dtype, shape, data }]) => {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return [name, [[...shape], NUMPY[dtype] ?? dtype, createHash("sha256").update(bytes).digest("hex")]];
  }));
}

const NUMPY: Readonly<Record<string, string>> = { F32: "float32", F64: "float64", I32: "int32", I64: "int64" };
