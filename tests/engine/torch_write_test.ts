import { sourceOf } from "../../lib/engine/byte_source.ts";
import { isTorchFile, torchTensors } from "../../lib/engine/torch_file.ts";
import { writeTorchTensor } from "../../lib/engine/torch_write.ts";
import { random } from "../../lib/random.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";

const map = { data: random(1, "map").normals(4 * 3 * 5), shape: [4, 3, 5] };

Deno.test("writeTorchTensor() writes what the reader of PyTorch's files reads, the same bytes each time", () => {
  const bytes = writeTorchTensor(map);
  const source = sourceOf(bytes);
  assert(isTorchFile(source));
  const [{ dtype, shape, data }] = [...torchTensors(source).values()];
  assertEquals([dtype, [...shape], [...data as Float32Array]], ["F32", map.shape, [...map.data]]);
  assertEquals(writeTorchTensor({ ...map, data: map.data.slice() }), bytes);
});

Deno.test("writeTorchTensor() refuses numbers that do not fit their shape", () => {
  assertThrows(() => writeTorchTensor({ ...map, shape: [4, 3, 4] }), TypeError, "60 numbers as a tensor [4, 3, 4]");
});
