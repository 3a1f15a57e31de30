import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isSupported } from "../lib/engine/tensorflow/installed.ts";
import { assert, assertEquals } from "./assert.ts";
import { inFolder } from "./runs/example.ts";
import { counted, outputOf, partsOf } from "./parts.ts";
import { filesOf, readTyped } from "./suite.ts";

const program = fileURLToPath(new URL("./suite.ts", import.meta.url));

/** What the program leaves when it runs with these words. */
async function ended(
  words: readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", program, ...words],
    env: { NO_COLOR: "1", ...env },
  }).output();
  return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
}

Deno.test("readTyped() tells the backend and paths from what deno test is to read", () => {
  assertEquals(readTyped([]), { backend: null, paths: [], others: [] });
  for (const named of [["--backend=cpu"], ["--backend", "cpu"]]) {
    assertEquals(readTyped([...named, "--filter", "tests", "tests/nn", "--fail-fast", "--filter=x"]), {
      backend: "cpu",
      paths: ["tests/nn"],
      others: ["--filter", "tests", "--fail-fast", "--filter=x"],
    });
  }
  assertEquals(readTyped(["--backend"]).backend, "");
});

Deno.test("filesOf() names the tests that compute on a backend, and those of that backend alone", async () => {
  const [wasm, cpu, tensorflow] = await Promise.all(["wasm", "cpu", "tensorflow"].map(filesOf));
  for (const file of ["tests/nn/layers_test.ts", "tests/engine/kernels_test.ts", "tests/golden_test.ts"]) {
    for (const files of [wasm, cpu, tensorflow]) assert(files.includes(file), file);
  }
  const own = "tests/engine/compiled_test.ts";
  assertEquals([wasm, cpu, tensorflow].map((files) => files.includes(own)), [false, false, true]);
  assert(![...wasm, ...cpu, ...tensorflow].includes("tests/layers_test.ts"), "it computes nothing");
  assert((await filesOf(null)).includes("tests/layers_test.ts"), "a test");
});

Deno.test("partsOf() puts each file into one part, and files of two rooms into two", () => {
  const files = [..."abcdefghijklmno"].map((name) => `tests/${name}_test.ts`).concat("tests/nn/layers_test.ts");
  const parts = partsOf(files);
  assertEquals(parts.flat().sort(), files.toSorted());
  assertEquals(parts.map((part) => part.length), [8, 7, 1]);
  assertEquals(partsOf([]), []);
});

Deno.test("counted() reads the sum of deno test, and takes an end without one for a failure", () => {
  const output = "FAILED | 7 passed (3 steps) | 2 failed (1 step) | 4 ignored (20s)\n";
  const named = "a test => ./tests/a_test.ts:3:6\nanother => ./tests/tensors.ts:14:8\n";
  assertEquals(counted(named + "\n" + named + output, 1), {
    passed: 7,
    failed: 2,
    ignored: 4,
    failures: ["a test => ./tests/a_test.ts:3:6", "another => ./tests/tensors.ts:14:8"],
  });
  assertEquals(counted("ok | 1 passed | 0 failed (3ms)\n", 0), { passed: 1, failed: 0, ignored: 0, failures: [] });
  assertEquals(counted("Segmentation fault", 139), { passed: 0, failed: 1, ignored: 0, failures: [] });
});

Deno.test("a part that hangs is ended with what it has started, and its last line is told", async () => {
  const hanging = `console.log("a test ..."); new Deno.Command("sleep", { args: ["987.65"] }).spawn();
    setInterval(() => console.log("'a test' has been running for over (1m0s)"), 500)`;
  const { code, output } = await outputOf(["eval", hanging], { mostSilence: 4000 });
  assert(code !== 0);
  assertEquals(
    output.trim().split("\n").at(-1),
    "Ended after 4 s of silence behind: 'a test' has been running for over (1m0s)",
  );
  assertEquals(counted(output, code).failed, 1);
  assertEquals((await outputOf(["eval", `console.log("done")`], { mostSilence: 60_000 })).output, "done\n");
  const { stdout } = await new Deno.Command("ps", { args: ["-ef"] }).output();
  assert(!new TextDecoder().decode(stdout).includes("sleep 987.65"), "what the part had started still runs");
});

Deno.test("a backend that is none, or is not built, is a sentence", async () => {
  assertEquals(await ended(["--backend=tensorfow"]), {
    code: 2,
    out: "",
    err: 'Cannot test backend "tensorfow": unknown backend, did you mean "tensorflow"? ' +
      "the backends are tensorflow, webgpu, wasm, cpu\n",
  });
  await inFolder(async (folder) => {
    const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
    // Deno's own cache lies in the same place and is not to be filled anew
    const env = { XDG_CACHE_HOME: folder, DENO_DIR: JSON.parse(new TextDecoder().decode(stdout)).denoDir };
    const { code, out, err } = await ended(["--backend", "tensorflow"], env);
    assertEquals([code, out], [1, ""]);
    assert(err.includes('Cannot test backend "tensorflow": it is not built. Build it once with:'), err);
    assert(!isSupported() || !err.includes("\n    at "), err);
  });
});

Deno.test("the backend, what is typed behind it, the summary and the exit code go through", async () => {
  await inFolder(async (folder) => {
    const file = join(folder, "some_test.ts");
    await Deno.writeTextFile(
      file,
      `Deno.test("right", () => { console.log("on " + Deno.env.get("COUNTERPROOF_BACKEND")); });
      Deno.test("wrong", () => { throw new Error("meant"); });`,
    );
    const one = await ended(["--backend=cpu", "--filter", "right", file]);
    assertEquals(one.code, 0, one.out);
    assert(/on cpu\n[^]*\nok \| 1 passed \| 0 failed/.test(one.out), one.out);
    const both = await ended([file]);
    assertEquals(both.code, 1, both.out);
    assert(/\nFAILED \| 1 passed \| 1 failed/.test(both.out), both.out);
  });
});
