import { compiler, compilerAvailable } from "../../lib/assembly.ts";
import { buildKernels } from "../../lib/engine/wasm/build.ts";
import { buildJpeg } from "../../lib/image/wasm/build.ts";
import { assert, assertEquals } from "../assert.ts";

type Kernels = Record<string, (...args: number[]) => void>;

const committed = new URL("../../lib/engine/wasm/kernels.wasm", import.meta.url);
const available = await compilerAvailable();

/** The numbers of a module's sections, in order. */
function sectionsOf(bytes: Uint8Array): number[] {
  const found: number[] = [];
  for (let at = 8; at < bytes.length;) {
    found.push(bytes[at++]);
    let size = 0;
    for (let shift = 0;; shift += 7) {
      const byte = bytes[at++];
      size |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    at += size;
  }
  return found;
}

Deno.test("the kernel module holds nothing but code on an imported memory", async () => {
  const bytes = await Deno.readFile(committed);
  const sections = sectionsOf(bytes);
  // type, import, function, export, code: no memory (5), no globals (6) and so no shadow stack, no data (11, 12);
  // with any of them two threads, or the kernels and TensorFlow.js, would write over one another
  assertEquals(sections.filter((id) => id !== 0), [1, 2, 3, 7, 10]);
  const module = await WebAssembly.compile(bytes);
  assertEquals(WebAssembly.Module.imports(module).map(({ module, name, kind }) => [module, name, kind]), [
    ["env", "memory", "memory"],
  ]);
});

const built = {
  "the kernel module": { committed, build: buildKernels },
  "the module of JPEG": { committed: new URL("../../lib/image/wasm/jpeg.wasm", import.meta.url), build: buildJpeg },
};

for (const [name, { committed, build }] of Object.entries(built)) {
  Deno.test({
    name: available
      ? `${name} that is committed is what its sources give, byte for byte`
      : `${name} that is committed: LEFT OUT, no compiler; deno cache --no-lock ${compiler} fetches it`,
    ignore: !available,
    fn: async () => {
      const folder = await Deno.makeTempDir();
      try {
        await build(`${folder}/module.wasm`);
        const [made, kept] = await Promise.all([Deno.readFile(`${folder}/module.wasm`), Deno.readFile(committed)]);
        assertEquals(made.length, kept.length);
        assertEquals(made.findIndex((byte, i) => byte !== kept[i]), -1);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

// A tile that wants more vector registers than V8 has spills some onto the stack; where such a slot crosses a page,
// the product falls to a fifth of its speed, at a few positions in a thousand, and ordinary benchmarks miss it.
const products: Readonly<Record<string, (kernels: Kernels, at: readonly number[]) => () => void>> = {
  "the matrix product": ({ matmulRows }, [a, b, c, scratch]) => () =>
    matmulRows(48, 96, a, 96, 0, b, 48, 0, c, 0, 0, 0, 0, 96, 0, scratch),
  "a convolution in tiles": ({ winograd }, [x, u, y, scratch]) => () =>
    winograd(x, 16, 16, 32, u, 32, 1, 1, 16, 16, 0, 0, y, 0, 64, 0, scratch),
};

for (const [name, product] of Object.entries(products)) {
  Deno.test(`no position of the native stack makes ${name} slow`, async () => {
    const memory = new WebAssembly.Memory({ initial: 256, maximum: 65536, shared: true });
    const { instance } = await WebAssembly.instantiate(await Deno.readFile(committed), { env: { memory } });
    const places = [0, 1, 2, 3].map((i) => (1 + 2 * i) * 2 ** 20);
    const run = product(instance.exports as Kernels, places);
    const timed = (): number => {
      const start = performance.now();
      run();
      return performance.now() - start;
    };
    // frames of two sizes, so that every position of a page is met
    const small = (depth: number): number => depth === 0 ? timed() : small(depth - 1) + 0;
    const large = (depth: number, inner: number, x: number): number =>
      depth === 0 ? small(inner) + x * 0 : large(depth - 1, inner, x + 1) + 0;
    const positions = Array.from(
      { length: 600 },
      (_, i) => ({ outer: Math.floor(i / 12), inner: i % 12, best: Infinity }),
    );
    const measure = (position: typeof positions[number], times: number): void => {
      for (let i = 0; i < times; i++) {
        position.best = Math.min(position.best, large(position.outer, position.inner, 0));
      }
    };
    for (let round = 0; round < 4; round++) for (const position of positions) measure(position, 4);
    const median = positions.map(({ best }) => best).sort((x, y) => x - y)[300];
    // a busy machine makes a position look slow; one that is slow stays so however often it is tried
    for (const position of positions) {
      for (let round = 0; round < 50 && position.best > 1.7 * median; round++) measure(position, 10);
    }
    const slow = positions.filter(({ best }) => best > 1.7 * median);
    assert(slow.length === 0, `${slow.length} of ${positions.length} positions take over 1.7 times the median`);
  });
}
