import { join } from "node:path";
import { isSupported } from "../../../lib/engine/tensorflow/installed.ts";
import { assert, assertEquals } from "../../assert.ts";

const source = new URL("./pool_hammer.cc", import.meta.url).pathname;

Deno.test("the pool of the tensorflow backend does every item once, and the thread sanitizer finds nothing", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const plain = await compile(join(folder, "plain"), ["-O2"]);
    if (plain === null) return say("no g++ for x86-64 here");
    assert(plain.success, plain.text);
    assertDone((await run([plain.program, "200000"]))!);

    const watched = (await compile(join(folder, "watched"), ["-O1", "-fsanitize=thread"]))!;
    if (!watched.success) return say(`no thread sanitizer here. ${watched.text}`);
    // the sanitizer wants the program's memory where it expects it, which no randomised place is
    const call = [watched.program, "2000"];
    const said = (await run(["setarch", "x86_64", "-R", ...call])) ?? (await run(call))!;
    if (said.text.includes("FATAL: ThreadSanitizer")) {
      return say(`the thread sanitizer does not start here. ${said.text}`);
    }
    assertDone(said);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

function assertDone({ success, text }: Ending) {
  assert(success, text);
  assertEquals(text.trim(), "done");
}

/** The hammer as a program, and what the compiler said; null where there is no compiler. */
async function compile(program: string, flags: string[]): Promise<(Ending & { readonly program: string }) | null> {
  if (!isSupported()) return null;
  const compiled = await run(["g++", "-std=c++17", "-g", "-pthread", ...flags, source, "-o", program]);
  return compiled === null ? null : { ...compiled, program };
}

function say(why: string) {
  // deno-lint-ignore no-console -- a test that does not look at all it should says so
  console.log(`The pool is not fully tested: ${why}`);
}

interface Ending {
  readonly success: boolean;
  readonly text: string;
}

/** What a program says and how it ends; null when there is none of this name. */
async function run([program, ...args]: string[]): Promise<Ending | null> {
  const command = new Deno.Command(program, { args, stdin: "null", signal: AbortSignal.timeout(120_000) });
  try {
    const { success, stdout, stderr } = await command.output();
    return { success, text: [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("") };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
