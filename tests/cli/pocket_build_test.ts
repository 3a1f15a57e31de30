import { fileURLToPath } from "node:url";
import { TASK } from "../../lib/cli/print.ts";
import { assert, assertEquals } from "../assert.ts";
import { inFolder } from "../runs/example.ts";
import { counterproof } from "./command_line.ts";

const main = fileURLToPath(new URL("../../lib/cli/main.ts", import.meta.url));
const shipped = fileURLToPath(new URL("../../lib/pocket/world", import.meta.url));

Deno.test("pocket:build --check makes a slice of the shipped world again and finds it near", async () => {
  const { code, out, err } = await counterproof(["pocket:build", "--check"]);
  assertEquals(code, 0, out + err);
  assert(/^World [0-9a-f]{64}, made again/.test(out), out);
  assert(/\d+ files have their hashes\. \d+ of 27 slices are equal to the last bit/.test(out), out);
});

Deno.test("pocket:build does not write over a world, and says what it was given wrong", async () => {
  const cases: [string[], number, string][] = [
    [["--out", shipped], 1, "it holds one, expected a folder without"],
    [["--keep", "/nowhere"], 1, 'Cannot find "/nowhere/world.json"'],
    [["--check", "--out", "x"], 2, "--check writes nothing"],
    [["--threads", "none"], 2, "expected a whole number"],
  ];
  for (const [args, expected, part] of cases) {
    const { code, out, err } = await counterproof(["pocket:build", ...args]);
    assertEquals([args, code, out], [args, expected, ""]);
    assert(err.includes(part) && !err.includes("\n    at "), err);
  }
});

Deno.test("pocket:build keeps the training at hand on Ctrl-C and goes on with it", async () => {
  await inFolder(async (folder) => {
    const args = ["pocket:build", "--out", `${folder}/world`];
    const first = await interruptedAt(args, /latent-nearest-decoder/);
    assertEquals(first.code, 130, first.err);
    assert(first.err.includes(`go on with: ${TASK} pocket:build --out ${folder}/world`), first.err);
    const second = await interruptedAt(args, /latent-nearest-decoder (\d+) of/);
    const [step, after] = [first, second].map(({ err }) => Number(/latent-nearest-decoder (\d+) of/.exec(err)![1]));
    assert(after > step, `${step}, then ${after}`);
    const left = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
    assertEquals(left, ["world.trainings"]);
  });
});

/** Interrupts a command as soon as its progress tells of something. */
async function interruptedAt(args: readonly string[], pattern: RegExp): Promise<{ code: number; err: string }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", main, ...args],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
  let err = "";
  let sent = false;
  for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
    err += text;
    if (sent || !pattern.test(err)) continue;
    child.kill("SIGINT");
    sent = true;
  }
  return { code: (await child.status).code, err };
}
