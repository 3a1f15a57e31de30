/** The command line, and then the processor time of this process from its start, in milliseconds on standard error. */
import process from "node:process";

const { start } = await import("../lib/cli/start.ts");
const code = await start(Deno.args);
const { user, system } = process.cpuUsage();
await Deno.stderr.write(new TextEncoder().encode(`${(user + system) / 1000}\n`));
Deno.exit(code);
