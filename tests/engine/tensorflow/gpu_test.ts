import { join } from "node:path";
import { isSupported } from "../../../lib/engine/tensorflow/installed.ts";
import { bytesOf, VERSION, wheels } from "../../../lib/engine/tensorflow/wheels.ts";
import { assert, assertEquals } from "../../assert.ts";
import { inFolder } from "../../runs/example.ts";
import { fakeDriver } from "./fake_driver.ts";

const installed = new URL("../../../lib/engine/tensorflow/installed.ts", import.meta.url).href;
const gpu = new URL("../../../lib/engine/tensorflow/gpu.ts", import.meta.url).href;

/** What a program prints as JSON, in a process of its own: a process asks the driver once. */
async function told<T>(program: string, env: Record<string, string>): Promise<T> {
  const source = `import { addonOf, chosenAddon, commandFor, installation } from "${installed}";
    import { findGpu } from "${gpu}"; ${program}`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), { args: ["eval", "--quiet", source], env })
    .output();
  assertEquals(new TextDecoder().decode(stderr), "");
  return JSON.parse(new TextDecoder().decode(stdout));
}

const test = (
  name: string,
  body: (driver: NonNullable<Awaited<ReturnType<typeof fakeDriver>>>, folder: string) => Promise<void>,
): void =>
  Deno.test({
    name,
    ignore: !isSupported(),
    fn: () =>
      inFolder(async (folder) => {
        const driver = await fakeDriver(folder);
        // deno-lint-ignore no-console -- a test that has nothing to look at says so
        if (driver === null) return console.log("There is no g++ to make a driver with, so nothing is tested");
        await body(driver, folder);
      }),
  });

test("findGpu() tells the card of the driver, or what is wrong with the driver", async (driver) => {
  const found = (env: Record<string, string>) => told("console.log(JSON.stringify(findGpu()))", env);
  assertEquals(await found(driver({ version: 12050, count: 2 })), {
    gpu: { name: "NVIDIA Paper 9", memory: 24e9 },
    why: "",
  });
  const cases = [
    [{ version: 11080, count: 1 }, "the NVIDIA driver is too old: it knows CUDA 11.8, expected 12"],
    [{ version: 12020, count: 0 }, "the NVIDIA driver shows no graphics card"],
    [{ version: 12020, count: 1, init: 100 }, "the NVIDIA driver shows no graphics card"],
    [{ version: 12020, count: 1, init: 803 }, "the NVIDIA driver does not start, error 803"],
  ] as const;
  for (const [told, why] of cases) assertEquals(await found(driver(told)), { gpu: null, why });
});

test("chosenAddon() is the GPU build where a card answers, else the other, and says why", async (driver, folder) => {
  const make = `for (const build of Deno.env.get("BUILDS").split(" ").filter(Boolean)) {
    const { addon, libraries } = installation(build);
    for (const one of [addon, libraries]) Deno.mkdirSync(one, { recursive: true });
    Deno.writeTextFileSync(addon + "/tensorflow.node", "");
  }
  const chosen = chosenAddon();
  console.log(JSON.stringify(chosen && [chosen.build, chosen.why, addonOf(chosen.build) === chosen.file,
    commandFor(chosen.file)]));`;
  const some = driver({ version: 12050, count: 1 });
  const none = driver({ version: 12050, count: 0 });
  const because = "on the processor, since the NVIDIA driver shows no graphics card";
  const [plain, forGpu] = ["", " --gpu"].map((flag) => `deno task engine:tensorflow${flag}`);
  const cases = [
    ["", some, null],
    ["cpu", some, ["cpu", "", true, plain]],
    ["gpu", some, ["gpu", "on NVIDIA Paper 9", true, forGpu]],
    ["cpu gpu", some, ["gpu", "on NVIDIA Paper 9", true, forGpu]],
    ["cpu gpu", none, ["cpu", because, true, plain]],
    ["gpu", none, ["gpu", because, true, forGpu]],
  ] as const;
  for (const [i, [builds, env, expected]] of cases.entries()) {
    const cache = join(folder, `cache ${i}`);
    assertEquals(
      await told(make, { ...env, BUILDS: builds, XDG_CACHE_HOME: cache, DENO_DIR: await denoFolder() }),
      expected,
    );
  }
});

Deno.test("every wheel is pinned: its file names package and version, its hash is one of SHA-256", () => {
  for (const build of ["cpu", "gpu"] as const) {
    for (const { package: name, version, file, bytes, sha256 } of wheels[build]) {
      assert(file.startsWith(`${name.replaceAll("-", "_")}-${version}-`), file);
      assert(/^[0-9a-f]{64}$/.test(sha256) && bytes > 0, file);
    }
    assertEquals(wheels[build][0].version, VERSION);
    assertEquals(new Set(wheels[build].map(({ sha256 }) => sha256)).size, wheels[build].length);
  }
  assert(bytesOf("gpu") > bytesOf("cpu"));
});

async function denoFolder(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}
