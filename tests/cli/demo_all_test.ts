import { join } from "node:path";
import { runSystems } from "../../lib/cli/demo_all.ts";
import { chosenSystems } from "../../lib/cli/systems.ts";
import { fingerprint } from "../../lib/definition/fingerprint.ts";
import type { Experiment } from "../../lib/experiment.ts";
import type { SweepEvent } from "../../lib/cluster/events.ts";
import type { SweepRow } from "../../lib/cluster/rows.ts";
import type { SweepScreen } from "../../lib/terminal/sweep.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "../assert.ts";
import { syntheticRecord } from "../report/records.ts";
import { inFolder } from "../runs/example.ts";
import { counterproof } from "./command_line.ts";
import { HOSTILE, system, twoSystems } from "./made_up_systems.ts";

Deno.test("runSystems() train whole ablations seed by seed, under one table, and name runs by their variants", async () => {
  const systems = twoSystems();
  const made: string[] = [];
  let failed: SweepRow[] = [];
  async function* events(given: Experiment | readonly Experiment[]): AsyncGenerator<SweepEvent, void> {
    const experiments = given as readonly Experiment[];
    made.push(...experiments.map(({ name, seed }) => `${name} ${seed}`));
    const different = new Map(experiments.map((one) => [fingerprint(one), one])); // as a sweep has it
    const records = [...different].map(([fingerprint, experiment]) => {
      return { ...syntheticRecord({ name: experiment.name }), experiment, fingerprint };
    });
    yield { kind: "notice", text: await Promise.resolve("a notice") };
    yield { kind: "done", sweep: { records, rows: failed } };
  }
  const lines: string[] = [];
  const screen: SweepScreen = {
    take: (event) => void lines.push(event.kind),
    say: (line) => void lines.push(line),
    [Symbol.dispose]: () => {},
  };
  const runs = await runSystems(systems, { seeds: 2, screen, events });
  const first = ["plain 1", "with-reconstructions 1", "contrastive-only 1", "dual 1", "plain 1", "plain 1"];
  assertEquals(made, [...first, ...first.map((name) => name.replace("1", "2"))]);
  assertEquals(lines.slice(1), ["notice", "done", "12 runs found finished"]);
  assert(lines[0].startsWith("Training 12 detectors of 2 systems on the pocket world"), lines[0]);
  const named = (key: string) => runs.get(key)!.records.map(({ experiment: { name, seed } }) => `${name} ${seed}`);
  assertEquals(named("hostile"), HOSTILE.flatMap((name) => [`${name} 1`, `${name} 2`]));
  assertEquals(named("dual-loss").slice(0, 3), ["plain 1", "plain 2", "with-reconstructions 1"]);
  failed = [{ name: "dual", seed: 2, status: "failed", error: "the loss is not finite" } as SweepRow];
  const why = "dual, seed 2: the loss is not finite";
  await assertRejects(() => runSystems(systems, { seeds: 2, screen, events }), Error, why);
});

Deno.test("chosenSystems() take the table's order, and refuse what is in no table with the nearest name", () => {
  const systems = { a: system(), b: system(), c: system() };
  assertEquals(Object.keys(chosenSystems(systems, " c,a")), ["a", "c"]);
  assertEquals(chosenSystems(systems, undefined), systems);
  assertThrows(() => chosenSystems({ "dual-loss": system() }, "dual-los"), Error, 'did you mean "dual-loss"?');
  assertThrows(() => chosenSystems(systems, ","), Error, "expected some of a, b, c");
});

Deno.test("demo refuses --quick and --methods of all systems, and a system that it does not know", async () => {
  await inFolder(async (folder) => {
    const runs = join(folder, "runs");
    for (
      const [args, part] of [
        [["--all", "--quick"], "with --quick and --all: --quick speaks of the dual loss alone"],
        [["--systems", "dual-loss", "--methods", "dual"], "with --methods and --systems"],
        [["--systems", "daul-loss"], 'did you mean "dual-loss"?'],
      ] as const
    ) {
      const { code, out, err } = await counterproof(["demo", ...args, "--runs", runs]);
      assertEquals([args, code, out], [args, 2, ""]);
      assert(err.includes(part), err);
    }
  });
});
