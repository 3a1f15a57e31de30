import { fileURLToPath } from "node:url";

/** What a command left behind. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const main = fileURLToPath(new URL("../../lib/cli/main.ts", import.meta.url));

/** Runs the command line as a process of its own, as a user does, and waits for its end. */
export async function counterproof(
  args: readonly string[],
  { flags = [], env = {} }: { readonly flags?: readonly string[]; readonly env?: Record<string, string> } = {},
): Promise<Ended> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", ...flags, main, ...args],
    stdin: "null",
    env: { NO_COLOR: "1", DATA: "", WEIGHTS: "", PIPELINES: "", ...env },
  }).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}
