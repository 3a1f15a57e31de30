/** The command line, and then the most memory that it took, in MB on standard error: what `runs_bench.ts` times. */
import { start } from "../lib/cli/start.ts";
import { peakMegabytes } from "../lib/runs/memory.ts";

const code = await start(Deno.args);
await Deno.stderr.write(new TextEncoder().encode(`${peakMegabytes()}\n`));
Deno.exit(code);
