import { basename, dirname, join } from "node:path";
import { ADDON, builtAddon, chosenAddon, installation } from "../../../lib/engine/tensorflow/installed.ts";
import { assert, assertEquals } from "../../assert.ts";

const backend = new URL("../../../lib/engine/backend.ts", import.meta.url).href;
const ops = new URL("../../../lib/engine/ops.ts", import.meta.url).href;
const absent = "The tensorflow backend is not built here, so it is not tested: deno task engine:tensorflow";

/** What a program that imports the backend prints, by whatever way it reaches the terminal; it must end by itself. */
async function printed(program: string): Promise<string[]> {
  const source = `import { useBackend } from "${backend}"; import { matMul, tensor } from "${ops}"; ${program}`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", source],
    cwd: new URL("../../../", import.meta.url),
    signal: AbortSignal.timeout(60_000),
  }).output();
  return [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("").trimEnd().split("\n");
}

Deno.test('useBackend("tensorflow") says how to build it where it is not built', async () => {
  const lines = await printed(`
    Deno.env.set("XDG_CACHE_HOME", "/nowhere");
    await useBackend("tensorflow").catch(({ message }) => console.log(message));
    console.log((await useBackend()).name);
  `);
  assertEquals(lines, [
    'Cannot use backend "tensorflow": it is not built. Build it once with: deno task engine:tensorflow',
    "wasm",
  ]);
});

Deno.test("an addon whose libraries have gone is not taken, and one whose libraries are broken says what to do", async () => {
  // deno-lint-ignore no-console -- a test that has nothing to look at says so
  if (builtAddon() === null) return console.log(absent);
  const cache = await Deno.makeTempDir();
  const moved = join(cache, "counterproof", "tensorflow", basename(dirname(builtAddon()!)), ADDON);
  try {
    await Deno.mkdir(dirname(moved), { recursive: true });
    await Deno.copyFile(builtAddon()!, moved);
    const program = `
      Deno.env.set("XDG_CACHE_HOME", ${JSON.stringify(cache)});
      console.log(await useBackend().then(({ name }) => name, ({ message }) => message));
    `;
    assertEquals(await printed(program), ["wasm"]);
    await Deno.mkdir(join(dirname(dirname(moved)), basename(installation(chosenAddon()!.build).libraries)));
    const [message] = await printed(program);
    const parts = [
      `Cannot load the tensorflow backend from "${moved}": `,
      "libtensorflow",
      "deno task engine:tensorflow",
    ];
    for (const part of parts) assert(message.includes(part), message);
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
});

Deno.test("auto is tensorflow where it is built, on the threads it is given, and the process ends by itself", async () => {
  // deno-lint-ignore no-console -- a test that has nothing to look at says so
  if (builtAddon() === null) return console.log(absent);
  const lines = await printed(`
    console.log(JSON.stringify(await useBackend("auto", { threads: 2 })));
    console.log((await useBackend("tensorflow")).name);
    console.log([...await matMul(tensor([[1, 2], [3, 4]]), tensor([[5, 6], [7, 8]])).data()].join(" "));
  `);
  const why = ["it is built on this machine", chosenAddon()!.why].filter(Boolean).join(", ");
  assertEquals(lines, [
    JSON.stringify({ name: "tensorflow", threads: 2, why }),
    "tensorflow",
    "19 22 43 50",
  ]);
});
