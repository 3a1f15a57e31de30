import { join } from "node:path";
import { isSupported } from "../../../lib/engine/tensorflow/installed.ts";
import { assert, assertEquals } from "../../assert.ts";

const source = new URL("./pool_hammer.cc", import.meta.url).pathname;

Deno.test("the pool of the tensorflow backend does every item once, and the thread sanitizer finds nothing", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const program = join(folder, "pool_hammer");
    const flags = ["-std=c++17", "-O1", "-g", "-pthread", "-fsanitize=thread"];
    const compiled = isSupported() ? await run(["g++", ...flags, source, "-o", program]) : null;
    if (compiled === null || !compiled.success) {
      // deno-lint-ignore no-console -- a test that has nothing to look at says so
      return console.log(
        `The pool is not tested: no g++ with a thread sanitizer for x86-64 here. ${compiled?.text ?? ""}`,
      );
    }
    // the sanitizer wants the program's memory where it expects it, which no randomised place is
    const { success, text } = (await run(["setarch", "x86_64", "-R", program])) ?? (await run([program]))!;
    if (text.includes("FATAL: ThreadSanitizer")) {
      // deno-lint-ignore no-console -- as above
      return console.log(`The pool is not tested: the thread sanitizer does not start here. ${text}`);
    }
    assert(success, text);
    assertEquals(text.trim(), "done");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** What a program says and how it ends; null when there is none of this name. */
async function run([program, ...args]: string[]): Promise<{ readonly success: boolean; readonly text: string } | null> {
  const command = new Deno.Command(program, { args, stdin: "null", signal: AbortSignal.timeout(120_000) });
  try {
    const { success, stdout, stderr } = await command.output();
    return { success, text: [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("") };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
