/** What PyTorch's pickles name: storages, tensors over them, and the plain containers of Python. */
import type { ByteSource } from "./byte_source.ts";
import type { Global } from "./pickle.ts";
import { BUFFER, SLOT } from "./pickle_reader.ts";
import { arrayOf, bytesOf, countOf, decode, derived, type Stored, storedAt, type StoredType } from "./stored.ts";

/** What a pickle says of the numbers that tensors are made of, and may share. */
export interface StorageName {
  readonly key: string;
  readonly dtype: StoredType;
  readonly count: number;
  readonly bytes: number;
}

/** Where the numbers of a storage are found. */
export interface Place {
  readonly source: ByteSource;
  /** Of the first byte; asked when tensors are read, since the older form tells it last. */
  readonly at: () => number;
  /** Throws when they are not what the file says of them. */
  readonly check: () => void;
}

/** Numbers of a file. */
export class TorchStorage {
  constructor(readonly named: StorageName, readonly place: Place) {}
}

/** A tensor over a storage; offset and strides count numbers. */
export class TorchTensor {
  constructor(
    readonly storage: TorchStorage,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}
}

/** PyTorch's names of the kinds that are read. */
const kinds: Readonly<Record<string, StoredType>> = {
  Double: "F64",
  Float: "F32",
  Half: "F16",
  BFloat16: "BF16",
  Long: "I64",
  Int: "I32",
  Short: "I16",
  Char: "I8",
  Byte: "U8",
  Bool: "BOOL",
};

/** Kinds younger than the classes of storages: the tensor itself names them, over a storage of bytes. */
const wide: Readonly<Record<string, StoredType>> = {
  "torch.uint16": "U16",
  "torch.uint32": "U32",
  "torch.uint64": "U64",
};

/** Kinds of numbers that a file may mention, in a list of settings, without a tensor of them. */
const dtypes = "float64 float32 float16 bfloat16 int64 int32 int16 int8 uint8 bool".split(" ").map((name) =>
  `torch.${name}`
);

const UNTYPED = "torch.storage.UntypedStorage";

type Make = NonNullable<Global["make"]>;

/** What is only named, and what is called. */
const mentioned = [
  ...Object.keys(kinds).map((kind) => `torch.${kind}Storage`),
  ...[UNTYPED, "torch.Tensor", "torch._tensor.Tensor", "torch.nn.parameter.Parameter"],
  ...dtypes,
  ...Object.keys(wide),
];
const called: Readonly<Record<string, Make>> = {
  "torch._utils._rebuild_tensor": rebuild,
  "torch._utils._rebuild_tensor_v2": rebuild,
  "torch._utils._rebuild_tensor_v3": rebuildWide,
  "torch._utils._rebuild_parameter": ([tensor]) => expected(tensor, TorchTensor, "a tensor"),
  "torch._tensor._rebuild_from_type_v2": ([make, , args]) => rebuildTyped(make, args),
  "torch.Size": ([sizes = []]) => expected(sizes, Array, "sizes"),
  "torch.device": ([type]) => expectedText(type),
  "collections.OrderedDict": ([pairs = []], spend) => orderedDict(expected<unknown[]>(pairs, Array, "pairs"), spend),
  "builtins.set": ([items = []], spend) => setOf(expected<unknown[]>(items, Array, "items"), spend),
  "__builtin__.set": ([items = []], spend) => setOf(expected<unknown[]>(items, Array, "items"), spend),
  "_codecs.encode": ([text], spend) => latin1(expectedText(text), spend),
};

/** What a file of PyTorch may name, by name with module; `__builtin__` is what Python 2 called it. */
export const globals: ReadonlyMap<string, Global> = new Map([
  ...mentioned.map((name): [string, Global] => [name, { name }]),
  ...Object.entries(called).map(([name, make]): [string, Global] => [name, { name, make }]),
]);

/** Why something else that a file names is refused. */
export function refusal(name: string): string {
  if (/^torch\.(\w+Storage|q?u?int\d+|b?float\d\w*|complex\d+)$/.test(name)) {
    return `it holds numbers of the kind "${name}", which are not read. Where it was made, save them as float32`;
  }
  return `it holds "${name}", which is code of Python and is not run here; only tensors and plain containers are read. ` +
    "Where it was made, save its weights alone with: torch.save(model.state_dict(), FILE)";
}

/** The storage that an identifier of a pickle names: ("storage", class, key, device, count). */
export function storageName(id: unknown): StorageName {
  const [tag, type, key, , count, view = null] = expected<unknown[]>(id, Array, "the name of a storage");
  const name = nameOf(type);
  const dtype = name === UNTYPED ? "U8" : kinds[/^torch\.(\w+)Storage$/.exec(name)?.[1] ?? ""];
  if (tag !== "storage" || dtype === undefined || typeof key !== "string" || !isCount(count)) {
    throw new TypeError("it refers to what is no storage of numbers");
  }
  if (view !== null) throw new TypeError("it has a storage that is part of another, as PyTorch before 0.4 wrote them");
  return { key, dtype, count, bytes: count * bytesOf[dtype] };
}

function rebuild([storage, offset, shape, strides]: readonly unknown[]): TorchTensor {
  if (!(storage instanceof TorchStorage) || !isCount(offset) || !isCounts(shape) || !isCounts(strides)) {
    throw new TypeError("it has a tensor that is not made of a storage, an offset, sizes and strides");
  }
  if (strides.length !== shape.length) {
    throw new TypeError(`it has a tensor of ${shape.length} sizes and ${strides.length} strides`);
  }
  const values = countOf(shape);
  const { count } = storage.named;
  const last = values === 0 ? 0 : span(shape, strides) - 1;
  // more values than the storage has would be one value many times over, which could fill any memory
  if (offset + last > Math.max(0, count - 1) && values > 0 || offset > count || values > count) {
    throw new RangeError(
      `it has a tensor [${shape.join(", ")}] with strides [${strides.join(", ")}] from number ${offset} on, ` +
        `in a storage of ${count}`,
    );
  }
  return new TorchTensor(storage, offset, shape, strides);
}

function rebuildWide([storage, offset, shape, strides, , , type]: readonly unknown[]): TorchTensor {
  const dtype = wide[nameOf(type)];
  if (dtype === undefined || !(storage instanceof TorchStorage)) {
    throw new TypeError(`it has a tensor of the kind "${nameOf(type)}", which is not read`);
  }
  const { key, bytes } = storage.named;
  const named = { key, dtype, bytes, count: Math.floor(bytes / bytesOf[dtype]) };
  return rebuild([new TorchStorage(named, storage.place), offset, shape, strides]);
}

/** A tensor with attributes of its own, which are left out. */
function rebuildTyped(make: unknown, args: unknown): TorchTensor {
  if (nameOf(make) !== "torch._utils._rebuild_tensor_v2") throw new TypeError("it has a tensor of a class of its own");
  return rebuild(expected<unknown[]>(args, Array, "what a tensor is made of"));
}

/** A tensor as files of safetensors have it: values side by side in the order of its shape, read when asked for. */
export function storedTensor({ storage: { named, place }, offset, shape, strides }: TorchTensor): Stored {
  const { dtype } = named;
  const begin = () => place.at() + offset * bytesOf[dtype];
  if (isContiguous(shape, strides)) {
    const found = (): Stored => {
      place.check();
      return storedAt(place.source, { dtype, shape, at: begin() });
    };
    const copyTo = dtype !== "F32" ? undefined : (values: Float32Array) => found().copyTo!(values);
    return derived({ dtype, shape, copyTo }, () => found().data);
  }
  return derived({ dtype, shape }, () => {
    place.check();
    const bytes = new Uint8Array(span(shape, strides) * bytesOf[dtype]);
    place.source.read(begin(), bytes);
    return gather(decode(dtype, bytes), { dtype, shape, strides });
  });
}

/** Values at strides, side by side. */
function gather(
  values: ReturnType<typeof decode>,
  { dtype, shape, strides }: { dtype: StoredType; shape: readonly number[]; strides: readonly number[] },
): ReturnType<typeof decode> {
  const out = new (arrayOf(dtype))(countOf(shape));
  const at = new Array(shape.length).fill(0);
  for (let to = 0, from = 0; to < out.length; to++) {
    out[to] = values[from];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++at[axis] < shape[axis]) break;
      from -= shape[axis] * strides[axis];
      at[axis] = 0;
    }
  }
  return out;
}

/** Whether the values lie side by side; the stride of an axis of one value says nothing. */
function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let next = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== next) return countOf(shape) === 0;
    next *= shape[axis];
  }
  return true;
}

/** Numbers from the first to the last of a tensor that has any. */
function span(shape: readonly number[], strides: readonly number[]): number {
  return 1 + shape.reduce((sum, size, i) => sum + (size - 1) * strides[i], 0);
}

function orderedDict(pairs: readonly unknown[], spend: (bytes: number) => void): Map<unknown, unknown> {
  spend(SLOT * pairs.length);
  return new Map(pairs.map((pair): [unknown, unknown] => {
    const [key, value] = expected<unknown[]>(pair, Array, "a key with its value");
    return [key, value];
  }));
}

function setOf(items: readonly unknown[], spend: (bytes: number) => void): Set<unknown> {
  spend(SLOT * items.length);
  return new Set(items);
}

/** Bytes as protocol 2 writes them: text of one letter a byte. */
function latin1(text: string, spend: (bytes: number) => void): Uint8Array {
  spend(BUFFER + text.length);
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

function nameOf(value: unknown): string {
  return (value as Partial<Global> | null | undefined)?.name ?? "";
}

function expected<T>(value: unknown, type: abstract new (...args: never[]) => T, what: string): T {
  if (value instanceof type) return value;
  throw new TypeError(`it expects ${what} where there are none`);
}

function expectedText(value: unknown): string {
  if (typeof value === "string") return value;
  throw new TypeError("it expects a text where there is none");
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Sizes or strides; PyTorch has at most 64 of them. */
function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.length <= 64 && value.every(isCount);
}
