import { join } from "node:path";
import { addonOf, installation, isSupported } from "../../lib/engine/tensorflow/installed.ts";
import { VERSION } from "../../lib/engine/tensorflow/wheels.ts";
import { assert, assertEquals } from "../assert.ts";
import { fakeDriver } from "../engine/tensorflow/fake_driver.ts";
import { inFolder } from "../runs/example.ts";
import { counterproof } from "./command_line.ts";

/** The line that doctor has about the tensorflow backend, from a run on another one. */
async function line(env: Record<string, string>, folder: string): Promise<string> {
  const args = ["doctor", "--backend", "cpu", "--runs", join(folder, "runs")];
  const { code, out, err } = await counterproof(args, { env });
  assertEquals(code, 0, `${out}${err}`);
  return /^ok +tensorflow: (.*)$/m.exec(out)![1];
}

Deno.test({
  name: "doctor tells what is built and which command makes runs faster, with and without a graphics card",
  ignore: !isSupported(),
  fn: () =>
    inFolder(async (folder) => {
      const driver = await fakeDriver(folder);
      // deno-lint-ignore no-console -- a test that has nothing to look at says so
      if (driver === null) return console.log("There is no g++ to make a driver with, so nothing is tested");
      const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
      const shared = {
        XDG_CACHE_HOME: join(folder, "cache"),
        // Deno's own cache lies in the same place and is not to be filled anew
        DENO_DIR: JSON.parse(new TextDecoder().decode(stdout)).denoDir,
      };
      const none = { ...shared, ...driver({ version: 12050, count: 0 }) };
      const card = { ...shared, ...driver({ version: 12050, count: 1 }) };
      const build = async (name: "cpu" | "gpu"): Promise<void> => {
        const { addon, libraries } = installation(name);
        const inCache = (path: string) => path.replace(/^.*(?=\/counterproof\/tensorflow\/)/, shared.XDG_CACHE_HOME);
        for (const one of [addon, libraries]) await Deno.mkdir(inCache(one), { recursive: true });
        await Deno.writeTextFile(join(inCache(addon), "tensorflow.node"), "");
      };
      const says = async (env: Record<string, string>, ...parts: string[]): Promise<void> => {
        const text = await line(env, folder);
        for (const part of parts) assert(text.includes(part), `${text}\nlacks: ${part}`);
      };
      await says(none, "not built, no run needs it", "engine:tensorflow");
      await says(card, "not built", "NVIDIA Paper 9 answers", "engine:tensorflow --gpu");
      await build("cpu");
      await says(none, `${VERSION} is built for processors. Runs take "${shared.XDG_CACHE_HOME}`);
      await says(card, "built for processors; NVIDIA Paper 9 answers", "engine:tensorflow --gpu");
      await build("gpu");
      await says(
        card,
        "built for processors and for graphics cards; runs take the build for graphics cards, on NVIDIA",
      );
      await says(
        none,
        "runs take the build for processors, on the processor, since the NVIDIA driver shows no graphics",
      );
    }),
});

Deno.test("doctor names a backend that is there", async () => {
  await inFolder(async (folder) => {
    const text = await line({}, folder);
    assertEquals(text.includes("is built"), (addonOf("cpu") ?? addonOf("gpu")) !== null, text);
  });
});

Deno.test("doctor runs each network of a pipeline once, and lists what another one lacks", async () => {
  const tiny = new URL("../golden/pipelines/tiny-sd-inpaint", import.meta.url).pathname;
  const found = await counterproof(["doctor", "--pipeline", tiny, "--provider", "cpu", "--threads", "1"]);
  assertEquals(found.code, 0, `${found.out}${found.err}`);
  assert(
    /^ok +pipeline: .* is Stable Diffusion 1 for inpainting, float32, 2\.5 MB; identity /m.test(found.out),
    found.out,
  );
  assert(/^ok +unet: .* on cpu \(asked for\), loaded in [\d.]+ s; a step of an image of /m.test(found.out), found.out);
  for (const name of ["memory", "vae_encoder", "vae_decoder", "text_encoder"]) {
    assert(new RegExp(`^ok +${name}: `, "m").test(found.out), `${found.out}\nlacks ${name}`);
  }
  await inFolder(async (folder) => {
    const { code, out } = await counterproof(["doctor", "--pipeline", folder]);
    assertEquals([code, out.includes("6 things are missing"), out.includes("unet/model.onnx: missing")], [
      1,
      true,
      true,
    ], out);
  });
});

Deno.test("doctor refuses options that mean nothing beside one another", async () => {
  for (
    const args of [["--provider", "cpu"], ["--pipeline", "a", "--runs", "b"], ["--pipeline", "a", "--provider", "gpu"]]
  ) {
    assertEquals((await counterproof(["doctor", ...args])).code, 2, args.join(" "));
  }
});
