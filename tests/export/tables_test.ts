import { join } from "node:path";
import { runTables } from "../../lib/export/run_tables.ts";
import { exportTable, tableFormats } from "../../lib/export/table_file.ts";
import { from } from "../../lib/report/table.ts";
import { csvRecords } from "../../lib/tables/csv.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { askPython, findPython, noPython } from "../python.ts";
import { exampleRecord, inFolder } from "../runs/example.ts";

/** Every type, missing values, what needs quotes, and what no column has a type for. */
const rows = [
  {
    text: 'a "b", c',
    none: null,
    whole: 3,
    big: 2 ** 53 - 1,
    real: 0.1,
    edge: NaN,
    flag: true,
    mixed: [1, "x"],
    last: 1,
  },
  {
    text: "λ\nline",
    none: null,
    whole: -1,
    big: 0,
    real: 1 / 3,
    edge: -Infinity,
    flag: false,
    mixed: { a: 1 },
    last: null,
  },
  { text: "", none: null, whole: 0, big: 1, real: 5e-324, edge: Infinity, flag: true, mixed: "plain", last: 2 },
];

const python = await findPython();

/** What a column looks like to pandas and pyarrow. */
interface Found {
  readonly types: Readonly<Record<string, string>>;
  readonly columns: Readonly<Record<string, readonly unknown[]>>;
}

const script = `
import json, sys
import pandas, pyarrow, pyarrow.feather, pyarrow.parquet

def shown(value):
    return str(value) if isinstance(value, float) and (value != value or abs(value) == float("inf")) else value

def told(table):
    return {
        "types": {field.name: str(field.type) for field in table.schema},
        "columns": {name: [shown(value) for value in values] for name, values in table.to_pydict().items()},
    }

folder, name = sys.argv[1:]
frame = pandas.read_csv(f"{folder}/{name}.csv", keep_default_na=False, na_values={"last": [""]}, float_precision="round_trip")
with pyarrow.ipc.open_file(f"{folder}/{name}.arrow") as file:
    arrow = file.read_all()
print(json.dumps({
    "parquet": told(pyarrow.parquet.read_table(f"{folder}/{name}.parquet")),
    "arrow": told(arrow),
    "feather": told(pyarrow.feather.read_table(f"{folder}/{name}.arrow")),
    "csv": {"types": {}, "columns": {name: [shown(value) for value in frame[name].tolist()] for name in frame}},
}))
`;

Deno.test({
  name: `Python reads exported tables: types, missing values and the last bit${python === null ? `: ${noPython}` : ""}`,
  ignore: python === null,
  fn: () =>
    inFolder(async (folder) => {
      for (const format of tableFormats) await exportTable(rows, join(folder, `table.${format}`));
      const found = await askPython<Record<string, Found>>(script, [folder, "table"]);
      const types = {
        text: "string",
        none: "string",
        whole: "int64",
        big: "int64",
        real: "double",
        edge: "double",
        flag: "bool",
        mixed: "string",
        last: "int64",
      };
      const expected = {
        text: rows.map(({ text }) => text),
        none: [null, null, null],
        whole: [3, -1, 0],
        big: [2 ** 53 - 1, 0, 1],
        real: [0.1, 1 / 3, 5e-324],
        edge: ["nan", "-inf", "inf"],
        flag: [true, false, true],
        mixed: ['[1,"x"]', '{"a":1}', "plain"],
        last: [1, null, 2],
      };
      for (const format of ["parquet", "arrow", "feather"]) {
        assertEquals([format, found[format].types], [format, types]);
        assertEquals([format, found[format].columns], [format, expected as Found["columns"]]);
      }
      const csv = { ...expected, none: ["", "", ""], edge: ["NaN", "-inf", "inf"], last: [1, "nan", 2] };
      assertEquals({ ...found.csv.columns, edge: csv.edge }, csv as Found["columns"]);
    }),
});

Deno.test("a table is written as its file's ending says, and CSV is read back", async () => {
  await inFolder(async (folder) => {
    const file = join(folder, "deep", "table.csv");
    await exportTable(from(rows.map(({ text, real, last }) => ({ text, real, last }))), file);
    const records = [...csvRecords(await Deno.readTextFile(file))].map(({ cells }) => cells);
    assertEquals(records, [
      ["text", "real", "last"],
      ...rows.map(({ text, real, last }) => [text, `${real}`, `${last ?? ""}`]),
    ]);
    await exportTable([{ a: 1 }], join(folder, "odd.bin"), { format: "arrow" });
    assertEquals(new TextDecoder().decode((await Deno.readFile(join(folder, "odd.bin"))).subarray(0, 6)), "ARROW1");
    await assertRejects(
      () => exportTable([{ a: 1 }], join(folder, "a.xlsx")),
      RangeError,
      'ending "xlsx", the formats are csv, parquet, arrow',
    );
    await assertRejects(() => exportTable([], join(folder, "a.csv")), RangeError, "it has no columns");
  });
});

Deno.test("runs are tables of scores, epochs and steps, rows under the run that they are of", async () => {
  const record = exampleRecord({
    history: [{
      ...{ epoch: 1, step: 1, rate: 0.1, loss: { total: 0.5 }, validation: { auc: 1 }, distances: null, between: [] },
      ...{ seconds: { data: 1, step: 2, evaluate: 0 }, megabytes: null },
    }],
  });
  const at = { run: "c3bbf8d1e5f5", name: "Dual loss, λ = 0.05", seed: 1 };
  const rowsOf = async (name: keyof typeof runTables) => (await runTables[name]([record])).rows;
  assertEquals(await rowsOf("steps"), [{ ...at, epoch: 1, step: 1, "loss.total": 0.7, "loss.contrastive": NaN }]);
  const scores = await rowsOf("scores") as Record<string, unknown>[];
  assertEquals(scores[1], {
    ...{ ...at, split: "test", sample: "b", source: "a", generator: "sd14", test_set: "sd14", corruption: null },
    ...{ label: "fake", score: 1 / 3 },
  });
  assertEquals(scores.map(({ split }) => split), ["test", "test", ...record.validation!.id.map(() => "validation")]);
  const history = await runTables.history([record]);
  assertEquals((history.rows as Record<string, unknown>[])[0], {
    ...{ ...at, epoch: 1, step: 1, rate: 0.1, "loss.total": 0.5, "validation.auc": 1, "distance.real": null },
    ...{ "distance.fake": null, "seconds.data": 1, "seconds.step": 2, "seconds.evaluate": 0, "megabytes.data": null },
    ...{ "megabytes.step": null, "megabytes.evaluate": null },
  });
  assert(history.fractions("validation.auc") && !history.fractions("epoch"));
});
