import { join } from "node:path";
import { readDefinitions } from "../../lib/cli/definitions.ts";
import { UsageError } from "../../lib/cli/command.ts";
import { fingerprint } from "../../lib/definition/fingerprint.ts";
import { writeRecord } from "../../lib/runs/store.ts";
import pocket, { methods } from "../../experiments/pocket.ts";
import { assertEquals, assertRejects } from "../assert.ts";
import { exampleRecord, inFolder } from "../runs/example.ts";
import { definitionImports as imports, inFile } from "./definition_file.ts";

const root = new URL("../../", import.meta.url);

Deno.test("a definition file gives a value, a list, or what a function without arguments returns", async () => {
  const code = `${imports}
    export default methods.dual();
    export const pair = [methods.plain(), [methods.dual({ seed: 2 })]];
    export const family = ({ seed = 3 } = {}) => [methods.plain({ seed })];
    export const both = [methods.plain, methods.dual];`;
  await inFile(code, async (file) => {
    const ids = async (operand: string) => (await readDefinitions(operand)).map(fingerprint);
    const { plain, dual } = methods;
    assertEquals(await ids(file), [fingerprint(dual())]);
    assertEquals(await readDefinitions(file, "pair"), await readDefinitions(`${file}#pair`));
    assertEquals(await ids(`${file}#pair`), [plain(), dual({ seed: 2 })].map(fingerprint));
    assertEquals(await ids(`${file}#family`), [fingerprint(plain({ seed: 3 }))]);
    assertEquals(await ids(`${file}#both`), [plain(), dual()].map(fingerprint));
  });
  assertEquals(
    (await readDefinitions(new URL("experiments/pocket.ts", root).pathname)).map(fingerprint),
    pocket.map(fingerprint),
  );
});

Deno.test("what a file does not define is refused, with the nearest name", async () => {
  const code = `${imports}export const pair = []; export const number = 5; export const other = { name: "x" };`;
  await inFile(code, async (file) => {
    const refused = (name: string, kind: new (message: string) => Error, part: string) =>
      assertRejects(() => readDefinitions(`${file}#${name}`), kind, part);
    await refused("piar", UsageError, 'no export "piar", did you mean "pair"?');
    await assertRejects(() => readDefinitions(file, "piar"), UsageError, 'no export "piar", did you mean "pair"?');
    await assertRejects(() => readDefinitions(`${file}#pair`, "number"), UsageError, '"pair" and "number"');
    await assertRejects(() => readDefinitions(`${file}x`), Deno.errors.NotFound, `did you mean "${file}"?`);
    await assertRejects(() => readDefinitions(file), UsageError, 'no export "default"');
    await refused("pair", TypeError, 'the list that it exports as "pair" is empty');
    await refused("number", TypeError, "it holds 5, expected an experiment");
    await refused("other", TypeError, "data");
  });
});

Deno.test("a JSON file gives the definition that it holds, or several", async () => {
  await inFolder(async (folder) => {
    const file = join(folder, "question.json");
    const { plain, dual } = methods;
    for (const some of [[dual()], [plain(), dual({ seed: 2 })]]) {
      await Deno.writeTextFile(file, JSON.stringify(some.length === 1 ? some[0] : some));
      assertEquals(await readDefinitions(file), some);
    }
    await assertRejects(() => readDefinitions(file, "dual"), UsageError, "a JSON file has no exports");
    await assertRejects(() => readDefinitions(`${file}#dual`), UsageError, "a JSON file has no exports");
    await Deno.writeTextFile(file, "{ name: ");
    await assertRejects(() => readDefinitions(file), SyntaxError, `Cannot run "${file}": it is not JSON`);
    await Deno.writeTextFile(file, JSON.stringify({ ...dual(), lss: {} }));
    await assertRejects(() => readDefinitions(file), TypeError, "lss");
  });
});

Deno.test("a run's record, and its folder, give the experiment that was run", async () => {
  await inFolder(async (folder) => {
    const experiment = methods.dual({ seed: 3 });
    await writeRecord(folder, exampleRecord({ experiment }));
    assertEquals(await readDefinitions(folder), [experiment]);
    assertEquals(await readDefinitions(join(folder, "record.json")), [experiment]);
  });
});

Deno.test("a record of a newer version is refused with its format, a folder without one with what is expected", async () => {
  await inFolder(async (folder) => {
    const file = join(folder, "record.json");
    await assertRejects(() => readDefinitions(folder), Deno.errors.NotFound, "a folder without a record.json");
    await Deno.writeTextFile(file, JSON.stringify({ ...exampleRecord(), format: 99 }));
    await assertRejects(() => readDefinitions(folder), RangeError, `Cannot read "${file}": it has format 99`);
  });
});
