import { fileURLToPath } from "node:url";
import { detectionLines, judgementWords, summaryText } from "../../lib/cli/detect.ts";
import { imageOf } from "../../lib/data/source.ts";
import { encodeImage } from "../../lib/image/encode.ts";
import { pocket, readSamples } from "../../lib/layouts/mod.ts";
import { assert, assertEquals } from "../assert.ts";
import { counterproof } from "./command_line.ts";

const folder = await Deno.makeTempDir();
Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

const samples = await Array.fromAsync(
  readSamples(pocket({ generators: ["latent-nearest"] }), { data: null, split: "test", tell: () => {} }),
);
for (const [i, sample] of samples.slice(0, 3).entries()) {
  await Deno.writeFile(`${folder}/${i}.png`, await encodeImage(await imageOf(sample.file), { format: "png" }));
}
const one = await Deno.readFile(`${folder}/0.png`);

Deno.test("detect writes a line of JSON for each image, the bad one among them, and exits with 1", async () => {
  const bad = `${folder}/many`;
  await Deno.mkdir(bad);
  await Deno.writeFile(`${bad}/a.png`, one);
  await Deno.writeTextFile(`${bad}/b.jpg`, "<html>");
  await Deno.writeFile(`${bad}/c.png`, one);
  const { code, out, err } = await counterproof(["detect", "pocket", bad, "--json", "--backend", "wasm"]);
  assertEquals(code, 1, err);
  const lines = out.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(lines.map(({ file }) => file), ["a.png", "b.jpg", "c.png"].map((name) => `${bad}/${name}`));
  assertEquals(Object.keys(lines[0]), ["file", "probability", "verdict", "warnings", "explanation"]);
  assertEquals(Object.keys(lines[1]), ["file", "error"]);
  assert(err.includes("In the test") && err.includes("3 images in "), err);
});

Deno.test("detect tells what judges, how often it is wrong, and the verdict", async () => {
  const { code, out } = await counterproof(["detect", "pocket", `${folder}/0.png`, "--explain", "--backend", "wasm"]);
  assertEquals(code, 0, out);
  for (const part of ["pocket world", "Fake is called above", "Grad-CAM", "0.png.explained.png"]) {
    assert(out.includes(part), `${part} is missing in:\n${out}`);
  }
  assert(/^ *\d+\.\d % {2}(real|fake) {3}.*0\.png$/m.test(out), out);
});

Deno.test("detect reads the bytes of an image from standard input", async () => {
  const main = fileURLToPath(new URL("../../lib/cli/main.ts", import.meta.url));
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", main, "detect", "pocket", "-", "--json", "--backend", "wasm"],
    ...{ stdin: "piped", stdout: "piped", stderr: "piped" } as const,
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(one);
  await writer.close();
  const { code, stdout } = await child.output();
  const found = JSON.parse(new TextDecoder().decode(stdout));
  assertEquals([code, found.file, "verdict" in found], [0, "-", true]);
});

Deno.test("detect refuses what is neither a model nor a run, and what is not there", async () => {
  const unknown = await counterproof(["detect", "pocked", `${folder}/0.png`, "--runs", `${folder}/none`]);
  assertEquals(unknown.code, 2);
  assert(unknown.err.includes("The models are pocket, DRCT-ConvB"), unknown.err);
  const missing = await counterproof(["detect", "pocket", `${folder}/none.png`]);
  assertEquals(missing.code, 1);
  assert(missing.err.includes("there is no such file or folder"), missing.err);
});

interface Module {
  readonly specifier: string;
  readonly dependencies?: readonly { readonly isDynamic?: boolean; readonly code?: { readonly specifier?: string } }[];
}

Deno.test("the shipped model is judged without the rooms of runs, reports, reconstructions and tables", async () => {
  const root = new URL("../../", import.meta.url);
  const reached = new Set<string>();
  for (const entry of ["lib/detect/detect.ts", "lib/detect/pocket_detector.ts"]) {
    const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json", entry], cwd: root }).output();
    const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as { readonly modules: readonly Module[] };
    const byName = new Map(modules.map((module) => [module.specifier, module]));
    const walk = (specifier: string): void => {
      if (reached.has(specifier)) return;
      reached.add(specifier);
      for (const { isDynamic, code } of byName.get(specifier)?.dependencies ?? []) {
        if (isDynamic !== true && code?.specifier !== undefined) walk(code.specifier);
      }
    };
    walk(new URL(entry, root).href);
  }
  assert(reached.size > 50, `only ${reached.size} modules were found: the walk is broken`);
  const heavy = [
    "lib/runs/",
    "lib/reconstruct/",
    "lib/tables/",
    "lib/train/",
    "lib/report/mod.ts",
    "arquero",
    "hyparquet",
  ];
  assertEquals([...reached].filter((specifier) => heavy.some((part) => specifier.includes(part))), []);
});

Deno.test("judgementWords() says where a threshold comes from, and what it is worth", () => {
  const rates = [
    { set: "a", real: 1000, fake: 10, falseAlarms: 0.01, misses: 0.1 },
    { set: "b", real: 1000, fake: 30, falseAlarms: 0.01, misses: 0.5 },
    { set: "all", real: 1000, fake: 40, falseAlarms: 0.01, misses: 0.4 },
  ];
  const frozen = { threshold: 0.6, goal: "accuracy", real: 1200, fake: 300 } as never;
  assertEquals(
    judgementWords({ threshold: 0.6, frozen, calibration: { kind: "platt", slope: 1, offset: 0 }, rates }, 0.6),
    "Fake is called above 60.0 %, the threshold frozen on 1,500 validation images; probabilities are calibrated on them. " +
      "In the test 1.0 % of 1,000 photographs were called fake, and 40.0 % of 40 fakes real, from 10.0 % to 50.0 % by test set",
  );
  assertEquals(
    judgementWords({ threshold: 0.5, frozen: null, calibration: null, rates: [] }, 0.5),
    "Fake is called above 50.0 %, which nobody chose on validation data; probabilities are the network's own",
  );
});

Deno.test("detectionLines() tells a sentence once, and marks every image that it is true of", () => {
  const known = new Set<string>();
  const found = (file: string) => ({
    ...{ file, probability: 0.123, verdict: "real", warnings: ["it is stored as jpeg"], explanation: null } as const,
  });
  assertEquals(detectionLines(found("/x/a.jpg"), known), [
    " 12.3 %  real ! /x/a.jpg",
    "                ! it is stored as jpeg",
  ]);
  assertEquals(detectionLines(found("/x/b.jpg"), known), [" 12.3 %  real ! /x/b.jpg"]);
  assertEquals(detectionLines({ file: "/x/c.jpg", error: "Cannot" }, known), [
    "     –        ! /x/c.jpg",
    "                Cannot",
  ]);
});

Deno.test("summaryText() counts", () => {
  assertEquals(
    summaryText({ fake: 13, real: 19985, unreadable: 2, outside: 40 }, 21),
    "20,000 images in 21 s: 13 fake, 19,985 real, 2 could not be read; 40 are unlike those that were tested",
  );
  assertEquals(summaryText({ fake: 0, real: 2, unreadable: 0, outside: 0 }, 1), "2 images in 1 s: 0 fake, 2 real");
});
