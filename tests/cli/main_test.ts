import { join } from "node:path";
import { TASK } from "../../lib/cli/print.ts";
import { commands } from "../../lib/cli/start.ts";
import { assert, assertEquals } from "../assert.ts";
import { inFolder } from "../runs/example.ts";
import { counterproof } from "./command_line.ts";

const names = Object.keys(commands);

Deno.test("without a command, the commands are shown", async () => {
  const { code, out, err } = await counterproof([]);
  assertEquals([code, err], [0, ""]);
  for (const name of names) assert(out.includes(`\n  ${name} `), name);
  assert(out.includes("Exit codes: 0 done, 1 an error, 2 not understood, 130 interrupted"), out);
});

Deno.test("every command has a help of its own, with an example and every option", async () => {
  for (const name of names) {
    const { code, out, err } = await counterproof([...name.split(" "), "--help"]);
    assertEquals([code, err], [0, ""]);
    assert(out.startsWith(`${TASK} ${name}`) && out.includes("\nExample"), out);
    const { values, flags, json } = commands[name];
    assert(out.includes("Exit codes: 0 done"), out);
    assertEquals(out.includes("With --json standard output holds JSON alone"), json !== undefined);
    for (const option of [...values, ...flags]) {
      assert(out.includes(`  --${option} `), `${name} --help does not tell --${option}`);
    }
  }
});

Deno.test("what cannot be understood is refused with the nearest name and exit code 2", async () => {
  const cases: [string[], string[]][] = [
    [["dmeo"], [
      'unknown command, did you mean "demo"?',
      "demo, run, sweep, stop, list, show, compare, evaluate, detect, audit, reconstruct, report, export, results, check-results, notebook, rehearse, clean, doctor",
    ]],
    [["demo", "--quikc"], ['unknown option "--quikc", did you mean "--quick"?', `${TASK} demo --help`]],
    [["demo", "--seeds=0"], ['"--seeds 0": expected a whole number from 1']],
    [["demo", "--seeds", "2.5"], ['"--seeds 2.5"']],
    [["demo", "--seeds="], ['option "--seeds" has no value']],
    [["demo", "--_=x"], ['unknown option "--_"']],
    [["demo", "--seeds"], ['option "--seeds" has no value']],
    [["demo", "--threads", "-2"], ['"-2"']],
    [["demo", "--backend", "wsm"], ['did you mean "wasm"?', "auto, tensorflow, webgpu, wasm, cpu"]],
    [["demo", "more"], ['"more" given, expected no operands. See']],
    [["demo", "quick"], ['"quick" given, expected no operands; did you mean "--quick"?']],
    [["run"], ["none given, expected 1 to 2 operands"]],
    [["weights", "gte", "x"], ['did you mean "get"?']],
    [["data"], ['"data": no second word given, expected one of index']],
    [["data", "idnex", "x"], ['unknown second word "idnex", did you mean "index"?']],
    [["list", "--quick"], ['unknown option "--quick"']],
  ];
  for (const [args, parts] of cases) {
    const { code, out, err } = await counterproof(args);
    assertEquals([args, code, out], [args, 2, ""]);
    for (const part of parts) assert(err.includes(part), `${args}: ${err}`);
    assert(!err.includes("\n    at "), err);
  }
});

Deno.test("a runs folder that cannot be written is refused before anything is loaded", async () => {
  await inFolder(async (folder) => {
    const file = join(folder, "file");
    await Deno.writeTextFile(file, "kept");
    for (const runs of [file, join(file, "runs")]) {
      const { code, out, err } = await counterproof(["demo", "--runs", runs]);
      assertEquals([code, out], [1, ""]);
      assert(err.includes(`Cannot write runs to "${runs}"`) && err.includes("--runs DIR"), err);
      assert(!err.includes("\n    at ") && !err.includes("Download"), err);
    }
    assertEquals(await Deno.readTextFile(file), "kept");
  });
});

Deno.test("folders and files that are not there are named, with what to do", async () => {
  await inFolder(async (folder) => {
    const gone = join(folder, "gone");
    const runs = join(folder, "runs");
    const cases: [string[], string, Record<string, string>?][] = [
      [["run", "x.ts", "--data", gone, "--runs", runs], `Cannot read data from "${gone}", given by --data`],
      [["run", "x.ts", "--runs", runs], `given by the environment variable DATA`, { DATA: gone }],
      [["run", "x.ts", "--weights", gone, "--runs", runs], `Cannot read weights from "${gone}"`],
      [["run", join(folder, "x.ts"), "--runs", runs], `Cannot run "${join(folder, "x.ts")}": there is no such file`],
      [["compare", "--runs", gone], `Cannot compare runs in "${gone}": none is finished`],
    ];
    for (const [args, part, env] of cases) {
      const { code, err } = await counterproof(args, { env });
      assertEquals([args, code], [args, 1]);
      assert(err.includes(part), `${args}: ${err}`);
      assert(!err.includes("\n    at "), err);
    }
  });
});

Deno.test("a stack trace is shown with --debug and only then", async () => {
  await inFolder(async (folder) => {
    const file = join(folder, "broken.ts");
    await Deno.writeTextFile(file, 'throw new RangeError("Cannot define it: \\x1b[2J1 is given");\n');
    const args = ["run", file, "--runs", join(folder, "runs")];
    const plain = await counterproof(args);
    assertEquals([plain.code, plain.err], [1, "Cannot define it: �[2J1 is given\n"]);
    const debug = await counterproof([...args, "--debug"]);
    assertEquals(debug.code, 1);
    assert(debug.err.includes("broken.ts:1:7"), debug.err);
  });
});

Deno.test("an old Deno is told which one is needed and how to get it, and nothing else", async () => {
  await inFolder(async (folder) => {
    for (const [version, fits] of [["1.46.3", false], ["2.9.5", false], ["2.9.6", true], ["2.10.0", true]] as const) {
      const preload = join(folder, `${version}.ts`);
      await Deno.writeTextFile(
        preload,
        `Object.defineProperty(Deno, "version", { value: { ...Deno.version, deno: "${version}" } });`,
      );
      const { code, err } = await counterproof(["--help"], { flags: ["--preload", preload] });
      const refusal = `Counterproof needs Deno 2.9.6 or newer, this is ${version}; ` +
        "run: npx -y deno@2.9.6 task --help\n";
      assertEquals([version, code, err], fits ? [version, 0, ""] : [version, 1, refusal]);
    }
  });
});

Deno.test("the file that checks the version imports nothing, not even for Deno to look ahead", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", new URL("../../lib/cli/main.ts", import.meta.url).href],
  }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout));
  assertEquals(modules.length, 1);
});
