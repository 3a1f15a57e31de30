/** What a user waits for before a command begins: the start of the command line, in a process of its own. */
import { fileURLToPath } from "node:url";
import { bench } from "./benched.ts";

const command = fileURLToPath(new URL("./start_command.ts", import.meta.url));
const folder = Deno.makeTempDirSync({ prefix: "counterproof-bench-" });
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

const starts: Readonly<Record<string, readonly string[]>> = {
  "--help": ["--help"],
  "list of no runs": ["list", "--runs", folder],
};

for (const [name, args] of Object.entries(starts)) {
  const elsewhere = (): Promise<number> => started(args);
  bench({
    group: "start of the command line",
    name,
    watch: name === "--help" ? "short" : "full",
    fn: elsewhere,
    elsewhere,
  });
}

/** Runs a command; resolves to the processor time of its process, milliseconds. */
async function started(args: readonly string[]): Promise<number> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), { args: ["run", "-A", command, ...args] }).output();
  const told = new TextDecoder().decode(stderr).trim();
  if (code === 0) return Number(told.split("\n").at(-1));
  throw new Error(`Cannot time "${args.join(" ")}": it ended with ${code} and said: ${told}`);
}
