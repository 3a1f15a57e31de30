// deno-lint-ignore-file no-console -- a bench reports on the console
/**
 * TensorFlow.js's own tests on our tensorflow backend: the specs that its packages ship, in its own test environment.
 *
 *     deno task bench:tfjs-tests [PART OF A SPEC'S NAME]
 *
 * Prints each failure and the counts, and ends with exit code 1 when a spec failed or none ran. What is not asked is in
 * `left_out.ts`, with the reason. The nine test files of tfjs-node itself are not run: they load its entry, which looks
 * for an addon of its own. Jasmine and esbuild are fetched from npm when this first runs, and by it alone.
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { closeBackend, useBackend } from "../../lib/engine/backend.ts";
import { leftOut } from "./left_out.ts";

/** Run by processes of their own, or every checkout would download them; the specs are written for this Jasmine. */
const packages = { jasmine: "npm:jasmine-core@3.99.1", esbuild: "npm:esbuild@0.25.0" };

interface Spec {
  readonly fullName: string;
  readonly status: "passed" | "failed" | "excluded" | "pending";
  readonly failedExpectations: readonly { readonly message: string }[];
}

interface Environment {
  configure(options: { random: boolean; specFilter: (spec: { getFullName(): string }) => boolean }): void;
  addReporter(reporter: { specDone(spec: Spec): void; jasmineDone(): void }): void;
  execute(): void;
}

/** What a program of Deno prints, on packages that are none of the house's. */
async function output(args: readonly string[], cwd: string): Promise<string> {
  const [verb, ...rest] = args;
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [verb, "--no-lock", "--quiet", ...rest],
    cwd,
    env: { NO_COLOR: "1" },
  }).output();
  if (!success) throw new Error(`Cannot run "deno ${verb}": ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout).trim();
}

/** Folder of Jasmine. */
async function jasmineFolder(cwd: string): Promise<string> {
  const program = `import jasmine from "${packages.jasmine}"; console.log(jasmine.files.path)`;
  return dirname(dirname(await output(["eval", program], cwd)));
}

/** The specs of tfjs-core as one module of CommonJS: they are written for bundlers, and import without extensions. */
async function bundle(folder: string, jasmine: string): Promise<string> {
  const { resolve } = createRequire(import.meta.resolve("@tensorflow/tfjs-core/package.json"));
  const core = dirname(resolve("./package.json"));
  const entry = join(folder, "entry.js");
  await Deno.writeTextFile(
    entry,
    `const { setTestEnvs } = require("${core}/dist/jasmine_util");
    setTestEnvs([{ name: "test-tensorflow", backendName: "tensorflow", flags: {}, isDataSync: true }]);
    require("${core}/dist/tests");`,
  );
  const file = join(folder, "specs.cjs");
  // the package calls its modules free of effects but for some, and specs are all effect
  const options = ["--bundle", "--platform=node", "--log-level=error", "--ignore-annotations"];
  // TensorFlow.js asks for Jasmine itself only to set how long a spec may take
  options.push(`--alias:jasmine-core=${jasmine}`);
  // esbuild does not know where Deno keeps packages, and Deno does
  for (const name of ["long", "seedrandom", "node-fetch"]) {
    options.push(`--alias:${name}=${resolve(name)}`, `--external:${resolve(name)}`);
  }
  await output(["run", "--allow-all", packages.esbuild, entry, ...options, `--outfile=${file}`], folder);
  return file;
}

/** Runs what is not left out; resolves to the specs that ran. */
async function runSpecs(
  { file, jasmine: folder, part }: { readonly file: string; readonly jasmine: string; readonly part: string },
): Promise<Spec[]> {
  const require = createRequire(import.meta.url);
  const core = require(folder);
  const jasmine = core.boot(core);
  jasmine.DEFAULT_TIMEOUT_INTERVAL = 60_000;
  const environment: Environment = jasmine.getEnv();
  const names = Object.values(leftOut).flat();
  environment.configure({
    random: false,
    specFilter: (spec) => spec.getFullName().includes(part) && !names.some((name) => spec.getFullName().includes(name)),
  });
  // the specs of the profiler and of warnings write to the console
  const kept = { log: console.log, warn: console.warn };
  Object.assign(console, { log: () => {}, warn: () => {} });
  require(file);
  const specs: Spec[] = [];
  return await new Promise((resolve) => {
    environment.addReporter({
      specDone: (spec) => {
        if (spec.status !== "excluded") specs.push(spec);
      },
      jasmineDone: () => {
        Object.assign(console, kept);
        resolve(specs);
      },
    });
    environment.execute();
  });
}

const folder = await Deno.makeTempDir();
try {
  const { name, threads, why } = await useBackend("tensorflow");
  console.log(`TensorFlow.js's specs on ${name}, ${threads} threads: ${why}`);
  const jasmine = await jasmineFolder(folder);
  const specs = await runSpecs({ file: await bundle(folder, jasmine), jasmine, part: Deno.args[0] ?? "" });
  const failed = specs.filter(({ status }) => status === "failed");
  for (const { fullName, failedExpectations } of failed) {
    console.log(
      `FAILED ${fullName}\n  ${failedExpectations.map(({ message }) => message.split("\n")[0]).join("\n  ")}`,
    );
  }
  const passed = specs.filter(({ status }) => status === "passed").length;
  const pending = specs.length - passed - failed.length;
  console.log(`${passed} passed, ${failed.length} failed${pending > 0 ? `, ${pending} pending` : ""}`);
  Deno.exitCode = failed.length === 0 && passed > 0 ? 0 : 1;
} finally {
  closeBackend();
  await Deno.remove(folder, { recursive: true });
}
