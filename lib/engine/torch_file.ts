/**
 * Files of PyTorch's `torch.save`, `.pth`, `.pt` or `.bin`: the zip archive of PyTorch 1.6 and later, and the older
 * form, one pickle after the other and the numbers behind. Only tensors and plain containers come out, see `pickle.ts`.
 *
 * Source: PyTorch's `torch/serialization.py` and `torch/_utils.py` say what stands where.
 */
import { type ByteSource, openSource } from "./byte_source.ts";
import { type Global, unpickle } from "./pickle.ts";
import { type PickleReader, pickleReader } from "./pickle_reader.ts";
import { stateDict } from "./state_dict.ts";
import type { StoredFile } from "./stored.ts";
import { globals, refusal, type StorageName, storageName, TorchStorage } from "./torch_tensor.ts";
import { checkEntry, entryOf, readZip, type ZipEntry } from "./zip.ts";

/** How a file of PyTorch is read. */
export interface TorchFileOptions {
  /** Name of the dictionary of tensors, where a file has several. Null: found by the rule that `stateDict` tells. */
  readonly key?: string | null;
}

/** The first number of the older form. */
const MAGIC = 0x1950a86a20f9469cfc6cn;

/** Memory that a pickle's values may take whatever the size of the file: a tensor takes some 8 kB. */
const LEAST_MEMORY = 32e6;

/**
 * Opens a file of PyTorch and finds its tensors, which are read one by one, each when it is asked for. The prefix
 * `module.` that parallel training puts before all names is left out. Nothing in the file is executed.
 *
 * Values take at most twice the size of the file, or 32 MB, and a tensor no more than its numbers.
 *
 * @throws {TypeError} when it is another format, or holds what is not read: classes, functions, compressed entries
 * @throws {RangeError} when it is cut off or damaged, or a tensor reaches out of its storage
 * @throws {Deno.errors.NotFound} when there is no such file
 */
export function openTorchFile(path: string, options: TorchFileOptions = {}): StoredFile {
  const source = openSource(path);
  try {
    return { tensors: torchTensors(source, options), metadata: {}, [Symbol.dispose]: () => source[Symbol.dispose]() };
  } catch (error) {
    source[Symbol.dispose]();
    throw inWords(error, path);
  }
}

/** The tensors of a file of PyTorch. Throws as {@linkcode openTorchFile}, without the name of the file. */
export function torchTensors(source: ByteSource, { key = null }: TorchFileOptions = {}): StoredFile["tensors"] {
  if (!isTorchFile(source)) throw new TypeError("it is no file of PyTorch, expected a zip archive or a pickle");
  const value = isZip(source) ? readArchive(source) : readLegacy(source);
  return stateDict(value, { key, size: source.size });
}

/** Whether a file begins as one of PyTorch's: as a zip archive, or as a pickle of protocol 2 or later. */
export function isTorchFile(source: ByteSource): boolean {
  const start = new Uint8Array(Math.min(9, source.size));
  source.read(0, start);
  // a header of safetensors may be as long as the first two bytes of a pickle say, and begins at the ninth
  return isZip(source) || (start[0] === 0x80 && start[1] >= 2 && start[1] <= 5 && start[8] !== 0x7b);
}

function isZip(source: ByteSource): boolean {
  const start = new Uint8Array(Math.min(4, source.size));
  source.read(0, start);
  return new TextDecoder().decode(start) === "PK\x03\x04";
}

function inWords(error: unknown, path: string): unknown {
  if (!(error instanceof TypeError || error instanceof RangeError)) return error;
  return new (error.constructor as typeof TypeError)(`Cannot read "${path}": ${error.message}`, { cause: error });
}

function readArchive(source: ByteSource): unknown {
  const entries = readZip(source);
  const pickled = [...entries.keys()].find((name) => /^[^/]+\/data\.pkl$/.test(name));
  if (pickled === undefined) {
    throw new TypeError('it is a zip archive without "data.pkl", expected one that torch.save wrote');
  }
  const folder = pickled.slice(0, -"data.pkl".length);
  if (entries.has(`${folder}constants.pkl`)) {
    throw new TypeError(
      "it is a TorchScript archive, a program with its weights; where Python runs, save them alone with: " +
        "torch.save(torch.jit.load(FILE).state_dict(), OTHER)",
    );
  }
  refuseBigEndian(source, entries.get(`${folder}byteorder`));
  const entry = entryOf(entries, pickled);
  checkEntry(source, pickled, entry);
  const { at, size } = entry;
  return unpickle(pickleReader(source, { at, end: at + size, memory: memoryOf(source) }), {
    globals,
    refusal,
    persistent: archivedStorages(source, entries, folder),
  });
}

/** Finds storages in an archive: an entry each, checked when a first tensor of it is read. */
function archivedStorages(
  source: ByteSource,
  entries: ReadonlyMap<string, ZipEntry>,
  folder: string,
): (id: unknown) => TorchStorage {
  const checked = new Set<string>();
  return (id) => {
    const named = storageName(id);
    const name = `${folder}data/${named.key}`;
    const entry = entryOf(entries, name);
    if (entry.size !== named.bytes) {
      throw new RangeError(`its storage "${name}" has ${entry.size} bytes, expected ${named.bytes}`);
    }
    const check = () => {
      if (checked.has(name)) return;
      try {
        checkEntry(source, name, entry);
      } catch (error) {
        throw inWords(error, source.name); // tensors are read long after the file was opened
      }
      checked.add(name);
    };
    return new TorchStorage(named, { source, at: () => entry.at, check });
  };
}

function refuseBigEndian(source: ByteSource, entry: ZipEntry | undefined): void {
  if (entry === undefined || entry.size > 10) return; // files before PyTorch 2.1 have none, and are little-endian
  const order = new Uint8Array(entry.size);
  source.read(entry.at, order);
  const told = new TextDecoder().decode(order);
  if (told !== "little") throw new TypeError(`its numbers are in the byte order "${told}", expected "little"`);
}

/** Pickles of a magic number, a version, facts of the machine, the object, and names; then the numbers in their order. */
function readLegacy(source: ByteSource): unknown {
  const reader = pickleReader(source, { at: 0, end: source.size, memory: memoryOf(source) });
  const plain = { globals: new Map<string, Global>(), refusal };
  if (unpickle(reader, plain) !== MAGIC) {
    throw new TypeError("it is a pickle, but not one that torch.save wrote; expected a file of PyTorch");
  }
  unpickle(reader, plain);
  const machine = unpickle(reader, plain);
  if (machine instanceof Map && machine.get("little_endian") === false) {
    throw new TypeError("its numbers are in big-endian order, expected little-endian");
  }
  const storages = new Map<string, StorageName>();
  const persistent = (id: unknown): TorchStorage => {
    const named = storageName(id);
    const known = storages.get(named.key) ?? named;
    if (known.bytes !== named.bytes) throw new RangeError(`its storage "${named.key}" is of two sizes`);
    storages.set(named.key, known);
    return new TorchStorage(named, { source, at: () => places.get(named.key)!, check: () => {} });
  };
  const value = unpickle(reader, { globals, refusal, persistent });
  const places = placeStorages(source, reader, { storages, keys: unpickle(reader, plain) });
  return value;
}

/** Where the numbers of each storage begin: 8 bytes of their count, then they themselves. */
function placeStorages(
  source: ByteSource,
  reader: PickleReader,
  { storages, keys }: { storages: ReadonlyMap<string, StorageName>; keys: unknown },
): Map<string, number> {
  if (!Array.isArray(keys)) throw new TypeError("it has no list of storages");
  const places = new Map<string, number>();
  let at = reader.position();
  for (const key of keys) {
    const storage = storages.get(key);
    if (storage === undefined) throw new TypeError("it has a storage that no tensor names");
    const end = at + 8 + storage.bytes;
    if (end > source.size) throw new RangeError(`its storage "${key}" reaches out of the file; is the file cut off?`);
    const count = new BigUint64Array(1);
    source.read(at, new Uint8Array(count.buffer));
    if (count[0] !== BigInt(storage.count)) {
      throw new RangeError(`its storage "${key}" has ${count[0]} numbers, expected ${storage.count}`);
    }
    places.set(key, at + 8);
    at = end;
  }
  for (const key of storages.keys()) if (!places.has(key)) throw new TypeError(`it has no numbers of storage "${key}"`);
  return places;
}

function memoryOf({ size }: ByteSource): number {
  return Math.max(LEAST_MEMORY, 2 * size);
}
