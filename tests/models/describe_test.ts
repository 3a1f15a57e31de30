// deno-lint-ignore-file no-console -- what is printed is tested
import { zeros } from "../../lib/engine/ops.ts";
import { disposeTree } from "../../lib/engine/tree.ts";
import { describe, description } from "../../lib/models/describe.ts";
import { assert, assertEquals } from "../assert.ts";
import { testTensors } from "../tensors.ts";

testTensors("describe() prints layers, shapes as checkpoints have them, and parameters", () => {
  const params = {
    stem: [{ weight: zeros([4, 4, 3, 96]), bias: zeros([96]) }],
    head: { fc: { weight: zeros([2, 96]) } },
  };
  const text = description(params);
  for (
    const part of [
      "stem.0 ",
      "weight [96, 3, 4, 4]  bias [96]",
      "4,704",
      "head.fc ",
      "192",
      "2 layers, 3 tensors",
      "4,896",
    ]
  ) {
    assert(text.includes(part), `${part} is not in\n${text}`);
  }
  const printed: string[] = [];
  const { log } = console;
  console.log = (line: string) => void printed.push(line);
  try {
    describe(params);
  } finally {
    console.log = log;
  }
  assertEquals(printed, [text]);
  disposeTree(params);
});
