import { isSoftware } from "../../../lib/engine/webgpu/adapter.ts";
import { assert, assertEquals } from "../../assert.ts";
import { runModule } from "../child.ts";

const [adapter, backend, ops, core] = ["webgpu/adapter.ts", "backend.ts", "ops.ts"]
  .map((file) => new URL(`../../../lib/engine/${file}`, import.meta.url).href)
  .concat("@tensorflow/tfjs-core");

/** What a program prints in a process of its own, which must end by itself; "none" where nothing answers to WebGPU. */
async function printed(program: string): Promise<string[]> {
  const source = `import { findAdapter, findCard } from "${adapter}"; import * as ops from "${ops}";
    import { closeBackend, useBackend } from "${backend}"; import * as tf from "${core}";
    const tried = async (f) => { try { return await f(); } catch (e) { return e.name + ": " + e.message; } };
    if (await findAdapter() === null) console.log("none"); else { ${program} }`;
  return new TextDecoder().decode(await runModule(source)).trimEnd().split("\n");
}

/** A test of what WebGPU finds, which says by its name when that is nothing. */
function test(name: string, program: string, check: (lines: string[]) => void): void {
  Deno.test(name, async () => {
    const lines = await printed(program);
    // deno-lint-ignore no-console -- a test that has nothing to look at says so
    if (lines[0] === "none") console.log(`Nothing answers to WebGPU here, so this is not tested: ${name}`);
    else check(lines);
  });
}

test(
  "webgpu computes, reads at once and in a promise, and its process ends by itself",
  `const { name, threads, why } = await useBackend("webgpu");
  console.log(name, threads);
  console.log(why);
  const x = ops.tensor([1, 2, 3]);
  const [whole, half] = [ops.sum(ops.mul(x, 2)), ops.greater(x, 1.5)];
  console.log(whole.dataSync()[0], ...half.dataSync(), ops.cast(x, "int32").dataSync().constructor.name);
  console.log(...await ops.add(x, 1).data());`,
  ([first, why, values, later]) => {
    assertEquals([first, values, later], ["webgpu 1", "12 0 1 1 Int32Array", "2 3 4"]);
    assert(why.startsWith("asked for, on "), why);
  },
);

test(
  "a closed webgpu backend gives its card back, and is not opened again",
  `await useBackend("webgpu", { threads: 4 });
  console.log(ops.sum(ops.ones([3])).dataSync()[0]);
  closeBackend();
  console.log(await tried(() => useBackend("webgpu")));`,
  (lines) =>
    assertEquals(lines, [
      "3",
      'Error: Cannot use backend "webgpu": the backend of this process was closed, start another process',
    ]),
);

test(
  "a tensor larger than the card takes in one is refused with its size, and the backend works on",
  `await useBackend("webgpu");
  const { maxStorageBufferBindingSize: most, maxBufferSize } = tf.backend().device.limits;
  const side = Math.ceil(Math.sqrt(Math.min(most, maxBufferSize) / 4)) + 1;
  const [column, row] = [ops.ones([side, 1]), ops.ones([1, side])];
  const said = await tried(() => ops.add(column, row));
  console.log(said.replaceAll(String(side), "N").replace(/[0-9.]+ MB/g, "MB"));
  console.log(ops.sum(column).dataSync()[0] === side);`,
  ([said, works]) => {
    const wanted = "RangeError: Cannot allocate MB for a tensor [N, N] on the webgpu backend: its adapter takes MB " +
      "at most in one. Use a smaller batch or model, or free tensors that nobody needs";
    assertEquals([said, works], [wanted, "true"]);
  },
);

test(
  "what the card complains of is thrown when values are read, since it computes on with zeros",
  `await useBackend("webgpu");
  tf.backend().device.createBuffer({ size: 2 ** 40, usage: GPUBufferUsage.STORAGE });
  const x = ops.add(ops.ones([2]), 1);
  await new Promise((resolve) => setTimeout(resolve, 50));
  console.log(await tried(() => x.dataSync()));
  console.log(await tried(() => x.data()));`,
  (lines) => {
    for (const line of lines) {
      assert(/^Error: Cannot compute on webgpu: .*[Bb]uffer.*Nothing since the last value/.test(line), line);
    }
  },
);

test(
  "auto takes no software for a graphics card, and says so",
  `const card = await findCard();
  console.log(card.name ?? "", "|", card.why);`,
  ([line]) => {
    const [name, why] = line.split(" | ");
    assertEquals(name === "", why !== "", line);
    assert(!isSoftware(name), name);
  },
);

Deno.test("useBackend() says what was looked for and what to do where nothing answers to WebGPU", async () => {
  const source = `Deno.env.set("DENO_WEBGPU_BACKEND", "nothing");
    import { useBackend } from "${backend}";
    await useBackend("webgpu").catch((error) => console.log(error.name, error.message));`;
  const said = new TextDecoder().decode(await runModule(source));
  const wanted = 'Error Cannot use backend "webgpu": nothing answers to WebGPU, which looked for "nothing", as ' +
    "DENO_WEBGPU_BACKEND says. Install the driver of the graphics card";
  assert(said.startsWith(wanted) && said.trimEnd().endsWith("or work on another backend: --backend wasm"), said);
});

Deno.test("isSoftware() knows the renderers in software by their names", () => {
  const soft = ["llvmpipe (LLVM 15.0.6, 256 bits)", "SwiftShader Device (Subzero)", "Microsoft Basic Render Driver"];
  const hard = ["NVIDIA H100 PCIe", "Apple M3 Pro", "AMD Radeon RX 7900 XTX (RADV NAVI31)", "Intel(R) Arc(tm) A770"];
  assertEquals([soft.filter(isSoftware), hard.filter(isSoftware)], [soft, []]);
});
