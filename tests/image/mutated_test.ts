import { assert, assertEquals } from "../assert.ts";
import type { Report } from "./mutated.ts";

const isFull = Deno.env.get("COUNTERPROOF_FULL") === "1";
/** Of each format. */
const COUNT = isFull ? 500 : 100;
const SEED = 8;
/** Seconds that one file may take; they take milliseconds, on a machine that does nothing else. */
const LIMIT = 30;
/**
 * Megabytes that memory may grow by while all files are decoded twice more. A leak of every larger image would be 34, or
 * 170 with full counts; the engine itself takes 8 at once now and then, and stands still for thousands of files.
 */
const GROWTH = isFull ? 32 : 16;
/**
 * glibc keeps freed memory apart for each thread, and what it keeps grows for thousands of files before it stands still;
 * with one store that gives back what is free, resident memory is what is in use.
 */
const MEMORY = { MALLOC_ARENA_MAX: "1", MALLOC_MMAP_THRESHOLD_: "65536", MALLOC_TRIM_THRESHOLD_: "65536" };

Deno.test("decodeImage() lets damaged files neither crash it, nor hang it, nor take memory for good", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--v8-flags=--expose-gc", new URL("mutated.ts", import.meta.url).href, `${COUNT}`, `${SEED}`],
    env: MEMORY,
    stdout: "piped",
    stderr: "piped",
    stdin: "null",
  }).spawn();
  const said = new Response(child.stderr).text();
  let [last, rest, hung] = ["", "", false];
  const decoder = new TextDecoder();
  let watch: ReturnType<typeof setTimeout> | undefined;
  const wait = (): void => {
    clearTimeout(watch);
    watch = setTimeout(() => {
      hung = true;
      child.kill("SIGKILL");
    }, LIMIT * 1000);
  };
  wait();
  for await (const chunk of child.stdout) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop()!;
    last = lines.at(-1) ?? last;
    wait();
  }
  const { code, signal } = await child.status;
  clearTimeout(watch);
  assert(!hung, `the file "${last}" of seed ${SEED} took more than ${LIMIT} s`);
  assertEquals(code, 0, `behind "${last}" of seed ${SEED}, ${signal}: ${await said}`);
  const { outcomes, resident }: Report = JSON.parse(last);
  for (const { format, decoded, refused, wrong } of outcomes) {
    // deno-lint-ignore no-console -- the counts belong to the result
    console.log(`${format}: of ${COUNT} damaged files ${decoded} were decoded and ${refused} refused, seed ${SEED}`);
    assertEquals(wrong, [], format);
    assert(refused > COUNT / 4, `only ${refused} of ${COUNT} damaged ${format} files were refused`);
  }
  const growth = resident.at(-1)! - resident[1];
  // deno-lint-ignore no-console -- the counts belong to the result
  console.log(`resident after each time: ${resident.map((megabytes) => megabytes.toFixed(0)).join(", ")} MB`);
  assert(growth < GROWTH, `resident memory grew by ${growth.toFixed(0)} MB: ${resident}`);
});
