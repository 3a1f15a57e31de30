import { join } from "node:path";
import { readDefinitions } from "../../lib/cli/run.ts";
import { UsageError } from "../../lib/cli/command.ts";
import { fingerprint } from "../../lib/definition/fingerprint.ts";
import pocket, { methods } from "../../experiments/pocket.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { inFolder } from "../runs/example.ts";
import { counterproof } from "./command_line.ts";

const root = new URL("../../", import.meta.url);

/** Writes a definition file and runs the body with its path. */
async function inFile(code: string, body: (file: string, folder: string) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const file = join(folder, "question.ts");
    await Deno.writeTextFile(file, code);
    await body(file, folder);
  });
}

const imports = `import { methods } from "${new URL("experiments/pocket.ts", root)}";
import { derive } from "${new URL("mod.ts", root)}";
`;

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
    await assertRejects(() => readDefinitions(file), UsageError, 'no export "default"');
    await refused("pair", TypeError, "the list it exports is empty");
    await refused("number", TypeError, 'export "number" is 5, expected an experiment');
    await refused("other", TypeError, "data");
  });
});

Deno.test("a misspelt option in a definition ends the command with its nearest name and nothing else", async () => {
  const code = `${imports}export default derive(methods.dual(), { loss: { contrastive: { margn: 0.2 } } } as never);`;
  await inFile(code, async (file, folder) => {
    const { code, out, err } = await counterproof(["run", file, "--runs", join(folder, "runs")]);
    assertEquals([code, out], [1, ""]);
    assert(err.includes("margn") && err.includes('did you mean "margin"?'), err);
    assertEquals(err.trim().split("\n").length, 1, err);
  });
});

Deno.test("the published recipe says what it lacks before anything is trained", async () => {
  await inFolder(async (folder) => {
    const runs = join(folder, "runs");
    const file = new URL("experiments/dual_loss.ts#dual", root);
    const { code, out, err } = await counterproof(["run", file.pathname + file.hash, "--runs", runs]);
    assertEquals([code, out], [1, ""]);
    assert(err.includes("--data") || err.includes("data"), err);
    assert(err.includes("weights"), err);
    assert(!err.includes("\n    at "), err);
    assertEquals(await Array.fromAsync(Deno.readDir(runs)), []);
  });
});
