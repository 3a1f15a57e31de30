/** Has benches measured, each file in a process of its own. */
import { fileURLToPath } from "node:url";
import type { Answer, Wanted } from "./side.ts";
import type { Suite } from "./suites.ts";

/** How benches are measured. */
export interface Watching extends Omit<Wanted, "file" | "backend"> {
  /** The program that measures, and thereby the checkout. */
  readonly program: string;
  readonly signal?: AbortSignal;
  /** Hears of each bench that is done. */
  readonly told?: (answer: Answer) => void;
}

/** The program of this checkout. */
export const here = fileURLToPath(new URL("./side.ts", import.meta.url));

/**
 * Measures the benches of a file in a fresh process.
 *
 * @throws {Error} when the process fails; what it has to say stands on the standard error
 * @throws {DOMException} when the signal ends it
 */
export async function watch(
  suite: Suite,
  { program, signal, told = () => {}, ...wanted }: Watching,
): Promise<readonly Answer[]> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", program],
    ...{ stdin: "piped", stdout: "piped", signal },
  }).spawn();
  const asked: Wanted = { ...suite, ...wanted };
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(asked)));
  await writer.close();
  const answers: Answer[] = [];
  let heard = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (heard + text).split("\n");
    heard = lines.pop()!;
    for (const line of lines.filter((line) => line.startsWith("{"))) {
      const answer: Answer = JSON.parse(line);
      answers.push(answer);
      told(answer);
    }
  }
  const { success, code } = await child.status;
  signal?.throwIfAborted();
  if (success) return answers;
  throw new Error(`Cannot measure "${suite.file}": its process ended with ${code}; it tells why above`);
}
