// A program for doctor: says whether the run's folder that it is given is free, taking its lock if it is, or who has it.
import { holder, lockRun } from "../runs/lock.ts";

const [folder] = Deno.args;
const found = await holder(folder);
if (found === null) (await lockRun(folder))[Symbol.dispose]();
Deno.stdout.writeSync(new TextEncoder().encode(found === null ? "free" : `held by ${found.pid}`));
