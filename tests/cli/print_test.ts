import { fileURLToPath } from "node:url";
import { quoted } from "../../lib/cli/print.ts";
import { assert, assertEquals } from "../assert.ts";
import { counterproof } from "./command_line.ts";

/** Runs a program that imports print.ts; what it wrote. */
async function written(code: string): Promise<{ out: string; err: string }> {
  const print = new URL("../../lib/cli/print.ts", import.meta.url);
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", `import { print, printFailure, printJson, speakJson } from "${print}";\n${code}`],
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

Deno.test("without --json there are words and no JSON", async () => {
  assertEquals(await written('print("words"); printJson({ a: 1 }); printFailure("no", 1); console.log("own");'), {
    out: "words\nown\n",
    err: "",
  });
});

Deno.test("with --json standard output holds JSON alone, whatever prints words", async () => {
  const { out, err } = await written(`
    speakJson();
    print("words");
    console.log("log"); console.info("info"); console.table([{ column: 1 }]); console.dir({ key: 1 });
    printJson({ auc: NaN, rate: -Infinity, none: null });
    printJson([1, 2]);
    printFailure("Cannot do it", 1);`);
  assertEquals(out, '{"auc":null,"rate":null,"none":null}\n[1,2]\n{"error":"Cannot do it","code":1}\n');
  for (const word of ["words", "log", "info", "column", "key"]) assert(err.includes(word), `${word}: ${err}`);
});

Deno.test("what fails with --json says why on both outputs, as words and as JSON", async () => {
  const cases: [string[], number, string][] = [
    [["run", "/nowhere.ts", "--json"], 1, "there is no such file"],
    [["run", "--json"], 2, "none given, expected 1"],
    [["demo", "--json", "--quikc"], 2, 'did you mean "--quick"?'],
    [["notebook", "--json"], 2, 'unknown option "--json"'],
    [["rnu", "--json"], 2, 'did you mean "run"?'],
  ];
  for (const [args, expected, part] of cases) {
    const { code, out, err } = await counterproof(args);
    assertEquals([args, code], [args, expected]);
    const told = JSON.parse(out);
    assertEquals([Object.keys(told), told.code, err], [["error", "code"], expected, `${told.error}\n`]);
    assert(told.error.includes(part), out);
  }
});

Deno.test("neither output has colour when it is no terminal", async () => {
  for (const args of [[], ["run", "--help"], ["run", "/nowhere.ts", "--debug"], ["list"], ["run", "x", "--json"]]) {
    const { out, err } = await counterproof(args, { env: { NO_COLOR: "" } });
    assert(!`${out}${err}`.includes("\x1b"), `${args}: ${out}${err}`);
  }
});

Deno.test({
  name: "quoted() gives a word as a shell takes it",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    assertEquals(["run", "experiments/a.ts#dual", "--runs=/tmp/x"].map(quoted), [
      ...["run", "experiments/a.ts#dual", "--runs=/tmp/x"],
    ]);
    const words = ["a b", "it's", "$HOME", "#x", "", "λ", "a\\b", "*"];
    const { stdout } = await new Deno.Command("sh", { args: ["-c", `printf '%s\\n' ${words.map(quoted).join(" ")}`] })
      .output();
    assertEquals(new TextDecoder().decode(stdout), `${words.join("\n")}\n`);
  },
});

Deno.test("a reader that has gone ends the program without a word", async () => {
  const main = fileURLToPath(new URL("../../lib/cli/main.ts", import.meta.url));
  const { stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", `"$0" run -A "$1" run --help | head -n 1`, Deno.execPath(), main],
  }).output();
  assertEquals([new TextDecoder().decode(stdout).includes("run FILE"), new TextDecoder().decode(stderr)], [true, ""]);
});
