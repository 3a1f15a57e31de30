import { parseArgs } from "@std/cli/parse-args";
import { parseArgs as parseArgsOfRoot } from "@std/cli";
import { assert, assertEquals } from "../assert.ts";

Deno.test("parseArgs() is the same function under both of its specifiers", () => {
  assert(parseArgs === parseArgsOfRoot);
});

Deno.test("parseArgs() takes the next argument as the value of an option that no list names", () => {
  assertEquals(parseArgs(["--name", "x", "y"]), { _: ["y"], name: "x" });
  assertEquals(parseArgs(["--name=x=1", "-n", "y"]), { _: [], name: "x=1", n: "y" });
  assertEquals(parseArgs(["--a", "--b", "-c"]), { _: [], a: true, b: true, c: true });
});

Deno.test("parseArgs() takes nothing behind an equals sign for an empty value", () => {
  assertEquals(parseArgs(["--name=", "x"]), { _: ["x"], name: "" });
  assertEquals(parseArgs(["-abc="]), { _: [], a: true, b: true, c: "" });
});

Deno.test("parseArgs() turns what looks like a number into one, except of string options", () => {
  assertEquals(parseArgs(["--a", "3", "--b=0x10", "--c", "1e3", "7", "1a", " "]), {
    _: [7, "1a", " "],
    a: 3,
    b: 16,
    c: 1000,
  });
  assertEquals<unknown>(parseArgs(["--a", "3", "7"], { string: ["a", "_"] }), { _: ["7"], a: "3" });
  assertEquals(parseArgs(["--a", "--b=2"], { string: "a" }), { _: [], a: "", b: 2 });
});

Deno.test("parseArgs() gives boolean options no value but true or false", () => {
  assertEquals(parseArgs(["--quick", "x"], { boolean: "quick" }), { _: ["x"], quick: true });
  assertEquals(parseArgs(["--quick", "false", "x"], { boolean: ["quick", "open"] }), {
    _: ["x"],
    quick: false,
    open: false,
  });
  assertEquals(parseArgs(["--quick=false", "--open=yes"], { boolean: ["quick", "open"] }), {
    _: [],
    quick: false,
    open: true,
  });
  assertEquals(parseArgs(["--a", "x", "-b", "y", "--c=z"], { boolean: true }), { _: ["x"], a: true, b: "y", c: "z" });
});

Deno.test("parseArgs() reads letters glued together", () => {
  assertEquals(parseArgs(["-abc"]), { _: [], a: true, b: true, c: true });
  assertEquals(parseArgs(["-n5"]), { _: [], n: 5 });
  assertEquals(parseArgs(["-n-5"]), { _: [], n: -5 });
  assertEquals(parseArgs(["-n1.5e-3"]), { _: [], n: 0.0015 });
  assertEquals(parseArgs(["-n=x"]), { _: [], n: "x" });
  // the original hands the first letter everything up to the number or behind the equals sign, and so do we
  assertEquals(parseArgs(["-abn5"]), { _: [], a: "bn5" });
  assertEquals(parseArgs(["-ab=x"]), { _: [], a: "x" });
  assertEquals(parseArgs(["-f/tmp/x"]), { _: [], f: "/tmp/x" });
  assertEquals(parseArgs(["-n", "-"]), { _: [], n: "-" });
  assertEquals(parseArgs(["-n-"]), { _: [], n: "-" });
  assertEquals(parseArgs(["-"]), { _: ["-"] });
});

Deno.test("parseArgs() leaves what follows a lone -- unread", () => {
  assertEquals(parseArgs(["a", "--", "--b", "3"]), { _: ["a", "--b", "3"] });
  assertEquals(parseArgs(["a", "--", "--b"], { "--": true }), { _: ["a"], "--": ["--b"] });
  assertEquals(parseArgs(["a"], { "--": true }), { _: ["a"], "--": [] });
});

Deno.test("parseArgs() stops early at the first argument that is no option", () => {
  assertEquals(parseArgs(["--a", "1", "demo", "--b", "2"], { stopEarly: true }), { _: ["demo", "--b", "2"], a: 1 });
});

Deno.test("parseArgs() fills defaults in, also behind aliases, and never over a given value", () => {
  const options = { alias: { seeds: "s" }, default: { seeds: 1, quick: true }, boolean: ["quick"] } as const;
  assertEquals(parseArgs([], options), { _: [], seeds: 1, s: 1, quick: true });
  assertEquals(parseArgs(["-s", "0"], options), { _: [], seeds: 0, s: 0, quick: true });
});

Deno.test("parseArgs() gives every alias the value", () => {
  assertEquals(parseArgs(["-q", "x"], { boolean: "quick", alias: { quick: ["q", "fast"] } }), {
    _: ["x"],
    quick: true,
    q: true,
    fast: true,
  });
});

Deno.test("parseArgs() collects repeated options and keeps the last of the others", () => {
  assertEquals(parseArgs(["--m", "a", "--m", "b", "--n", "1", "--n", "2"], { collect: "m", string: "m" }), {
    _: [],
    m: ["a", "b"],
    n: 2,
  });
  assertEquals(parseArgs([], { collect: ["m", "k"], string: "m", boolean: "k" }), { _: [], m: [], k: [] });
  assertEquals<unknown>(parseArgs([], { collect: "m" }), { _: [] });
  assertEquals<unknown>(parseArgs(["--m=1"], { collect: "m", unknown: () => false }), { _: [], m: [1] });
});

Deno.test("parseArgs() negates only what is negatable", () => {
  assertEquals(
    parseArgs(["--no-open", "--no-close"], { boolean: "open", negatable: "open", default: { open: true } }),
    {
      _: [],
      open: false,
      "no-close": true,
    },
  );
  assertEquals(parseArgs(["--no-page"], { string: "page", negatable: "page" }), { _: [], page: false });
});

Deno.test("parseArgs() tells of unknown arguments and drops those refused", () => {
  const seen: unknown[] = [];
  const args = parseArgs(["x", "--quikc", "-z", "--seeds=2", "y"], {
    string: "seeds",
    unknown: (arg, key, value) => {
      seen.push([arg, key, value]);
      return arg === "y";
    },
  });
  assertEquals(seen, [
    ["x", undefined, undefined],
    ["--quikc", "quikc", true],
    ["-z", "z", true],
    ["y", undefined, undefined],
  ]);
  assertEquals(args, { _: ["y"], seeds: "2" });
});

Deno.test("parseArgs() nests dotted names and never reaches into prototypes", () => {
  assertEquals(parseArgs(["--a.b", "1", "--a.c=x"]), { _: [], a: { b: 1, c: "x" } });
  parseArgs(["--__proto__.polluted", "1", "--constructor.prototype.polluted", "1", "--a.__proto__.polluted", "1"]);
  assertEquals((({}) as Record<string, unknown>).polluted, undefined);
});

Deno.test("parseArgs() is typed by the names its options list", () => {
  const args = parseArgs(["--quick", "-s", "2", "--method", "dual"], {
    boolean: ["quick"],
    string: ["seeds", "runs"],
    collect: ["method"],
    alias: { seeds: "s" },
    default: { runs: "runs" },
    "--": true,
  });
  const quick: boolean = args.quick;
  const seeds: string | undefined = args.seeds;
  const s: string | undefined = args.s;
  const runs: string = args.runs;
  const methods: unknown[] = args.method;
  const rest: (string | number)[] = args._;
  const behind: string[] = args["--"];
  assertEquals([quick, seeds, s, runs, methods, rest, behind], [true, "2", "2", "runs", ["dual"], [], []]);
  // @ts-expect-error a string option may be missing
  const missing: string = parseArgs([], { string: ["seeds"] }).seeds;
  assertEquals<unknown>(missing, undefined);
});
