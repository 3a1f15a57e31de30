/**
 * A power cut cannot be made here. What a run does against it can be watched: a file is on the disk before it gets its
 * name, its name before anything relies on it, and tensors before the JSON that names them.
 */
import { basename, dirname, join } from "node:path";
import { assert, assertEquals } from "../assert.ts";
import { childCommand, ranRun } from "./children.ts";
import { ran } from "./command.ts";
import { everything } from "./experiments.ts";
import { impossible, suffer } from "./tally.ts";
import { readStrace, type Write } from "./trace.ts";
import { outcomeIn, place, reference, where } from "./world.ts";

Deno.test("a run brings files to the disk in an order that a power cut cannot break, as its own calls have it", async () => {
  await suffer(reference(everything), async (happened) => {
    const options = where("traced", { checkpointSeconds: 0 });
    const { told } = await ranRun({ experiment: everything, options, trace: true });
    happened("power cut (order of writes, as called)");
    holdsThroughPowerCuts(told.flatMap((each) => each.kind === "write" ? [each] : []));
    return await outcomeIn(options.runs);
  });
});

Deno.test("a run brings files to the disk in an order that a power cut cannot break, as the system sees it", async () => {
  const fault = "power cut (order of writes, as strace sees it)";
  const log = join(place, "strace");
  const under = ["strace", "-f", "-y", "-e", "trace=fsync,fdatasync,rename,renameat,renameat2", "-o", log];
  const { code, err } = await ran([...under, "true"]).catch((error: Error) => ({ code: 1, err: error.message }));
  if (code !== 0) return impossible(fault, `strace does not run (${err.trim().split("\n")[0]})`);
  await suffer(reference(everything), async (happened) => {
    const options = where("straced", { checkpointSeconds: 0 });
    const ended = await ran([...under, ...childCommand({ experiment: everything, options })]);
    assertEquals(ended.code, 0, ended.err);
    happened(fault);
    const writes = readStrace(await Deno.readTextFile(log));
    holdsThroughPowerCuts(writes.filter(({ path }) => path.startsWith(options.runs)));
    return await outcomeIn(options.runs);
  });
});

/** Claims of what a run wrote, in its order, that a power cut between any two calls leaves a state to go on from. */
function holdsThroughPowerCuts(writes: readonly Write[]): void {
  const named = writes.flatMap(({ call, path, to }, at) => call === "rename" ? [{ path, to: to!, at }] : []);
  for (const { path, to, at } of named) {
    const before = writes.slice(0, at).some(({ call, path: synced }) => call === "sync" && synced === path);
    assert(before, `"${path}" got its name before it was on the disk`);
    const next = writes[at + 1];
    assert(next?.call === "sync" && next.path === dirname(to), `the name of "${to}" was not brought to the disk next`);
  }
  const states = named.filter(({ to }) => /step-\d+\.json$/.test(to));
  assert(states.length >= 20, `only ${states.length} states were written`);
  for (const { to, at } of states) {
    const tensors = named.find((each) => each.to === to.replace(/json$/, "safetensors"));
    assert(tensors !== undefined && tensors.at < at, `"${basename(to)}" was there before its tensors`);
    const events = writes.slice(0, tensors.at).findLast(({ path }) => basename(path) === "events.jsonl");
    assert(events?.call === "sync", `"${basename(to)}" counts on events that were not brought to the disk`);
  }
}
