/**
 * Pickles, in which Python keeps objects, read as data: numbers, text and plain containers, and of everything else only
 * what the caller's table of globals makes. Nothing is imported and nothing executed; what is not known is refused by
 * its name. Python's own reader runs whatever a file names.
 *
 * Dictionaries become maps, lists and tuples arrays, sets sets; None is null, and integers beyond 2⁵³ are bigints.
 *
 * Source: the opcodes are described in Python's `pickletools`; those of protocols 2 to 5 are read, without the buffers
 * that stand outside of a file.
 */
import { buffer, CONTAINER, float, long, number, type PickleReader, SLOT, text } from "./pickle_reader.ts";

/** What a pickle may name: a class or function of Python, and what calling it makes here. */
export interface Global {
  /** With its module, as "collections.OrderedDict". */
  readonly name: string;
  /** Missing for what is only named, never called. It says what memory it is about to take beside one container. */
  readonly make?: (args: readonly unknown[], spend: (bytes: number) => void) => unknown;
}

/** What a pickle may hold beside plain values. */
export interface PickleRules {
  /** By name with module. */
  readonly globals: ReadonlyMap<string, Global>;
  /** Why a global that is not in the table is refused, and what to do. */
  readonly refusal: (name: string) => string;
  /** What stands for something outside the pickle; by default nothing may. */
  readonly persistent?: (id: unknown) => unknown;
}

/** The state of reading one pickle. */
interface Machine extends PickleReader, PickleRules {
  stack: unknown[];
  /** Stacks below the marks. */
  readonly below: unknown[][];
  readonly memo: Map<number, unknown>;
}

/**
 * The object of the pickle that a reader stands at; it then stands behind it.
 *
 * @throws {TypeError} for an opcode or global that is not read, and for what no pickle can be
 * @throws {RangeError} when it is cut off or takes more memory than the reader allows
 */
export function unpickle(reader: PickleReader, rules: PickleRules): unknown {
  const machine: Machine = { ...reader, ...rules, stack: [], below: [], memo: new Map() };
  for (;;) {
    const at = reader.position();
    const [code] = reader.take(1);
    if (code === STOP) break;
    const step = steps.get(code);
    if (step === undefined) {
      const name = refused.get(code) ?? `0x${code.toString(16)}`;
      throw new TypeError(`it has the opcode ${name} at byte ${at}, which is not read`);
    }
    reader.spend(SLOT);
    step(machine);
  }
  const value = pop(machine);
  if (machine.stack.length > 0 || machine.below.length > 0) throw new TypeError("it ends in the middle of an object");
  return value;
}

const STOP = 0x2e;

/** Opcodes that no state dict needs, for the message: they call classes in ways of old, or are of protocols 0 and 1. */
const refused: ReadonlyMap<number, string> = new Map([
  ..."gGET iINST oOBJ pPUT dDICT lLIST FFLOAT IINT LLONG PPERSID SSTRING VUNICODE".split(" ")
    .map((word): [number, string] => [word.charCodeAt(0), word.slice(1)]),
  ...[[0x82, "EXT1"], [0x83, "EXT2"], [0x84, "EXT4"], [0x92, "NEWOBJ_EX"]] as [number, string][],
  ...[[0x97, "NEXT_BUFFER"], [0x98, "READONLY_BUFFER"]] as [number, string][],
]);

type Step = (machine: Machine) => void;

function pop(m: Machine): unknown {
  if (m.stack.length === 0) throw new TypeError("it takes a value where there is none");
  return m.stack.pop();
}

function top(m: Machine): unknown {
  if (m.stack.length === 0) throw new TypeError("it changes a value where there is none");
  return m.stack.at(-1);
}

function mark(m: Machine): void {
  m.spend(CONTAINER);
  m.below.push(m.stack);
  m.stack = [];
}

/** The values above the last mark. */
function toMark(m: Machine): unknown[] {
  const items = m.stack;
  const stack = m.below.pop();
  if (stack === undefined) throw new TypeError("it goes back to a mark where there is none");
  m.stack = stack;
  return items;
}

function kind<T>(value: unknown, type: new (...args: never[]) => T, what: string): T {
  if (value instanceof type) return value;
  throw new TypeError(`it expects ${what} where there is none`);
}

const list = (value: unknown) => kind<unknown[]>(value, Array, "a list");
const dictionary = (value: unknown) => kind<Map<unknown, unknown>>(value, Map, "a dictionary");

function setItems(m: Machine, items: readonly unknown[]): void {
  if (items.length % 2 !== 0) throw new TypeError("it sets a key without a value");
  const target = dictionary(top(m));
  m.spend(SLOT * items.length);
  for (let i = 0; i < items.length; i += 2) target.set(items[i], items[i + 1]);
}

/** A step that adds a value to the stack. */
function push(make: (m: Machine) => unknown): Step {
  return (m) => {
    const value = make(m); // first: it may go back to a mark, to another stack
    m.stack.push(value);
  };
}

function tuple(count: number): Step {
  return (m) => {
    m.spend(CONTAINER);
    m.stack.push(Array.from({ length: count }, () => pop(m)).reverse());
  };
}

function container(make: () => unknown): Step {
  return (m) => {
    m.spend(CONTAINER);
    m.stack.push(make());
  };
}

function remember(m: Machine, index: number): void {
  m.spend(SLOT);
  m.memo.set(index, top(m));
}

function recall(m: Machine, index: number): void {
  if (!m.memo.has(index)) throw new TypeError(`it recalls value ${index}, which it never kept`);
  m.stack.push(m.memo.get(index));
}

function named(m: Machine, name: string): void {
  const found = m.globals.get(name);
  if (found === undefined) throw new TypeError(m.refusal(name));
  m.stack.push(found);
}

function stackGlobal(m: Machine): void {
  const [name, module] = [pop(m), pop(m)];
  if (typeof name !== "string" || typeof module !== "string") {
    throw new TypeError("it names a class by what is no text");
  }
  named(m, `${module}.${name}`);
}

function call(m: Machine): void {
  const args = list(pop(m));
  const called = pop(m) as Partial<Global> | null;
  if (typeof called?.make !== "function") {
    throw new TypeError(`it calls ${called?.name === undefined ? "what is no function" : `"${called.name}"`}`);
  }
  m.spend(CONTAINER);
  m.stack.push(called.make(args, m.spend));
}

/** The state of an ordered dictionary, which is PyTorch's `_metadata`, tells nothing of the tensors. */
function build(m: Machine): void {
  pop(m);
  if (!(top(m) instanceof Map)) throw new TypeError("it gives a state to what has none (opcode BUILD)");
}

/** What each opcode does, by its code or letter. */
const opcodes: readonly (readonly [code: number | string, step: Step])[] = [
  [0x80, (m) => checkProtocol(number(m, 1))], // PROTO
  [0x95, (m) => void m.take(8)], // FRAME, which only says how much to read at once
  ["(", mark], // MARK
  ["0", (m) => void pop(m)], // POP
  ["1", (m) => void toMark(m)], // POP_MARK
  ["2", push((m) => top(m))], // DUP
  ["N", push(() => null)], // NONE
  [0x88, push(() => true)], // NEWTRUE
  [0x89, push(() => false)], // NEWFALSE
  ["J", push((m) => number(m, 4) | 0)], // BININT
  ["K", push((m) => number(m, 1))], // BININT1
  ["M", push((m) => number(m, 2))], // BININT2
  [0x8a, push((m) => long(m, 1))], // LONG1
  [0x8b, push((m) => long(m, 4))], // LONG4
  ["G", push(float)], // BINFLOAT
  ["U", push((m) => text(m, 1))], // SHORT_BINSTRING
  ["T", push((m) => text(m, 4))], // BINSTRING
  [0x8c, push((m) => text(m, 1))], // SHORT_BINUNICODE
  ["X", push((m) => text(m, 4))], // BINUNICODE
  [0x8d, push((m) => text(m, 8))], // BINUNICODE8
  ["C", push((m) => buffer(m, 1))], // SHORT_BINBYTES
  ["B", push((m) => buffer(m, 4))], // BINBYTES
  [0x8e, push((m) => buffer(m, 8))], // BINBYTES8
  [0x96, push((m) => buffer(m, 8))], // BYTEARRAY8
  ["]", container(() => [])], // EMPTY_LIST
  ["a", append], // APPEND
  ["e", (m) => appendAll(m, toMark(m))], // APPENDS
  [")", tuple(0)], // EMPTY_TUPLE
  [0x85, tuple(1)], // TUPLE1
  [0x86, tuple(2)], // TUPLE2
  [0x87, tuple(3)], // TUPLE3
  ["t", push((m) => toMark(m))], // TUPLE
  ["}", container(() => new Map())], // EMPTY_DICT
  ["s", (m) => setItems(m, [pop(m), pop(m)].reverse())], // SETITEM
  ["u", (m) => setItems(m, toMark(m))], // SETITEMS
  [0x8f, container(() => new Set())], // EMPTY_SET
  [0x90, (m) => addItems(m, toMark(m))], // ADDITEMS
  [0x91, frozenSet], // FROZENSET
  ["h", (m) => recall(m, number(m, 1))], // BINGET
  ["j", (m) => recall(m, number(m, 4))], // LONG_BINGET
  ["q", (m) => remember(m, number(m, 1))], // BINPUT
  ["r", (m) => remember(m, number(m, 4))], // LONG_BINPUT
  [0x94, (m) => remember(m, m.memo.size)], // MEMOIZE
  ["c", (m) => named(m, `${m.line()}.${m.line()}`)], // GLOBAL
  [0x93, stackGlobal], // STACK_GLOBAL
  ["R", call], // REDUCE
  [0x81, call], // NEWOBJ
  ["b", build], // BUILD
  ["Q", persistent], // BINPERSID
];

const steps: ReadonlyMap<number, Step> = new Map(
  opcodes.map(([code, step]) => [typeof code === "string" ? code.charCodeAt(0) : code, step]),
);

function checkProtocol(protocol: number): void {
  if (protocol > 5) throw new TypeError(`it is of protocol ${protocol}, expected 2 to 5`);
}

function append(m: Machine): void {
  const item = pop(m);
  appendAll(m, [item]);
}

function appendAll(m: Machine, items: readonly unknown[]): void {
  const target = list(top(m));
  m.spend(SLOT * items.length);
  for (const item of items) target.push(item);
}

function addItems(m: Machine, items: readonly unknown[]): void {
  const target = kind<Set<unknown>>(top(m), Set, "a set");
  m.spend(SLOT * items.length);
  for (const item of items) target.add(item);
}

function frozenSet(m: Machine): void {
  const items = toMark(m);
  m.spend(CONTAINER + SLOT * items.length);
  m.stack.push(new Set(items));
}

function persistent(m: Machine): void {
  if (m.persistent === undefined) throw new TypeError("it refers to what stands outside of it (opcode BINPERSID)");
  m.spend(CONTAINER);
  m.stack.push(m.persistent(pop(m)));
}
