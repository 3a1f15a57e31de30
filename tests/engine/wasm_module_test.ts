import { buildKernels, compilerAvailable } from "../../lib/engine/wasm/build.ts";
import { assertEquals } from "../assert.ts";

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

Deno.test({
  name: "the committed kernel module is what its sources give, byte for byte",
  ignore: !available,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      await buildKernels(`${folder}/kernels.wasm`);
      const [built, kept] = await Promise.all([Deno.readFile(`${folder}/kernels.wasm`), Deno.readFile(committed)]);
      assertEquals(built.length, kept.length);
      assertEquals(built.findIndex((byte, i) => byte !== kept[i]), -1);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
