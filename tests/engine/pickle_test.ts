import { sourceOf } from "../../lib/engine/byte_source.ts";
import { unpickle } from "../../lib/engine/pickle.ts";
import { pickleReader } from "../../lib/engine/pickle_reader.ts";
import { globals, refusal } from "../../lib/engine/torch_tensor.ts";
import { assert, assertEquals, assertThrows } from "../assert.ts";

/** Pieces of a pickle, one behind the other. */
type Parts = readonly (string | readonly number[] | Uint8Array)[];

/** The object of a pickle that may take a megabyte, with what PyTorch may name. */
function load(...parts: Parts): unknown {
  const bytes = Uint8Array.from(
    parts.flatMap((part) => typeof part === "string" ? [...new TextEncoder().encode(part)] : [...part]),
  );
  return unpickle(pickleReader(sourceOf(bytes), { at: 0, end: bytes.length, memory: 1e6 }), { globals, refusal });
}

/** `pickle.dumps(value, protocol).hex()` of Python 3.11 by protocol, for one list of every kind of value. */
const dumped: Readonly<Record<number, string>> = {
  2: "80025d7100284e88894b014affffffff4d2c014a701101008a060000000000018a090000000000000000c0473ff80000000000005802000000" +
    "c3a9710158030000007878787102635f636f646563730a656e636f64650a7103580300000000c3bf710458060000006c6174696e3171058671" +
    "065271075d71084b0161294b018571094b014b0286710a4b014b024b0387710b284b014b024b034b0474710c7d710d284b01580100000061710e" +
    "680a5d710f75635f5f6275696c74696e5f5f0a7365740a71105d7111284b014b0265857112527113652e",
  3: "80035d7100284e88894b014affffffff4d2c014a701101008a060000000000018a090000000000000000c0473ff80000000000005802000000" +
    "c3a9710158030000007878787102430200ff71035d71044b0161294b018571054b014b028671064b014b024b03877107284b014b024b034b0474" +
    "71087d7109284b01580100000061710a68065d710b75636275696c74696e730a7365740a710c5d710d284b014b026585710e52710f652e",
  4: "8004957c000000000000005d94284e88894b014affffffff4d2c014a701101008a060000000000018a090000000000000000c0473ff8000000" +
    "0000008c02c3a9948c0378787894430200ff945d944b0161294b0185944b014b0286944b014b024b038794284b014b024b034b0474947d94284b" +
    "018c01619468065d94758f94284b014b0290652e",
};

for (const [protocol, hex] of Object.entries(dumped)) {
  Deno.test(`unpickle() reads every kind of plain value of protocol ${protocol}`, () => {
    const pair = [1, 2];
    const read = load(Uint8Array.fromHex(hex)) as unknown[];
    const keys = [...(read[19] as Map<unknown, unknown>).keys()];
    assert(keys[1] === read[16], "a value that stands in two places is one value");
    assertEquals(read.toSpliced(19, 1), [
      ...[null, true, false, 1, -1, 300, 70000, 2 ** 40, -(2n ** 70n), 1.5, "é", "xxx", Uint8Array.of(0, 255)],
      ...[[1], [], [1], pair, [1, 2, 3], [1, 2, 3, 4], new Set([1, 2])],
    ]);
    assertEquals([...(read[19] as Map<unknown, unknown>).values()], ["a", []]);
  });
}

Deno.test("unpickle() reads what only protocols 4 and 5 have", () => {
  const hex = "80059516000000000000005d9428284b039194960200000000000000616294652e";
  assertEquals(load(Uint8Array.fromHex(hex)), [new Set([3]), Uint8Array.of(97, 98)]);
});

/** Opcodes that are no letters. */
const TUPLE1 = [0x85], STACK_GLOBAL = [0x93], SHORT = [0x8c];

/** A short text on the stack. */
function text(value: string): number[] {
  return [...SHORT, value.length, ...new TextEncoder().encode(value)];
}

function refused(told: string, ...parts: Parts): void {
  const error = assertThrows(() => load(...parts), Error, told);
  assert(error instanceof TypeError || error instanceof RangeError, `${error}`);
}

Deno.test("unpickle() refuses opcodes and globals by their names", () => {
  refused('it holds "os.system", which is code of Python', "cos\nsystem\n(X\x02\0\0\0lstR.");
  refused('it holds "builtins.eval"', text("builtins"), text("eval"), STACK_GLOBAL, ".");
  refused('it holds "collections.OrderedDict.pop"', "ccollections\nOrderedDict.pop\n.");
  refused("it has the opcode INST at byte 0", "ios\nsystem\n.");
  refused("it has the opcode OBJ at byte 1", "(o.");
  refused("it has the opcode EXT1 at byte 0", [0x82, 1], ".");
  refused("it has the opcode NEWOBJ_EX", "]]]", [0x92], ".");
  refused("it has the opcode 0xff", [0xff]);
  refused('it calls "torch.FloatStorage"', "ctorch\nFloatStorage\n)R.");
  refused("it calls what is no function", "N)R.");
  refused("it gives a state to what has none", "]}b.");
  refused("it refers to what stands outside of it", "NQ.");
  refused("it is of protocol 6", [0x80, 6], "N.");
});

Deno.test("unpickle() says what is wrong with what is no pickle", () => {
  refused("it asks for 1 bytes and 0 are left; is the file cut off?", "N");
  refused("it asks for 255 bytes and 1 are left", SHORT, [255], "a");
  refused("it takes a value where there is none", ".");
  refused("it takes a value where there is none", "0.");
  refused("it goes back to a mark where there is none", "t.");
  refused("it ends in the middle of an object", "NN.");
  refused("it ends in the middle of an object", "(N.");
  refused("it recalls value 7, which it never kept", "h\x07.");
  refused("it sets a key without a value", "}(Nu.");
  refused("it expects a dictionary where there is none", "]NNs.");
  refused("it expects a list where there is none", "}Na.");
  refused("it holds a text that is not UTF-8", SHORT, [1, 0xff], ".");
  refused("it holds a name of over 1000 letters", `c${"a".repeat(2000)}\n\n.`);
});

Deno.test("unpickle() takes no more memory than it may, however the pickle asks for it", () => {
  const over = "of memory; is the file damaged?";
  const many = (count: number, part: string) => part.repeat(count);
  refused(over, many(50_000, "("), "N.");
  refused(over, many(50_000, "]"), ".");
  refused(over, "]q\0", many(100_000, "h\0"), ".");
  refused(over, "N", Uint8Array.from({ length: 250_000 }, (_, i) => i % 5 === 0 ? 0x72 : Math.floor(i / 1000)), ".");
  // a list that holds itself, then dictionaries of it
  refused(over, "]q\0(", many(5000, "h\0"), "e0", ...Array(50).fill(["cbuiltins\nset\nh\0", TUPLE1, "R"]).flat(), ".");
});

Deno.test("unpickle() reads nested and cyclic values without going into their depth", () => {
  const deep = load("]".repeat(1500), "a".repeat(1499), ".");
  let depth = 0;
  for (let inner = deep; Array.isArray(inner); inner = inner[0]) depth++;
  assertEquals(depth, 1500);
  const cyclic = load("]q\0h\0a.") as unknown[];
  assert(cyclic[0] === cyclic);
  refused("it has a tensor of a class of its own", "ctorch._tensor\n_rebuild_from_type_v2\nq\0", "(h\0N]tR.");
});

Deno.test("unpickle() reads long integers up to a bound", () => {
  assertEquals(load([0x8a, 0], "."), 0);
  assertEquals(load([0x8a, 1, 0xff], "."), -1);
  assertEquals(load([0x8a, 9, 0, 0, 0, 0, 0, 0, 0, 0, 1], "."), 2n ** 64n);
  refused("it holds an integer of 2000 bytes", [0x8b, 0xd0, 7, 0, 0], new Uint8Array(2000), ".");
  refused("it asks for 2147483647 bytes", [0x8b, 0xff, 0xff, 0xff, 0x7f], ".");
});
