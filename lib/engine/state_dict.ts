import { bytesOf, countOf, type Stored } from "./stored.ts";
import { storedTensor, TorchTensor } from "./torch_tensor.ts";

/** Names under which programs keep the weights among other things, one of which is taken without being asked for. */
const usual = ["state_dict", "model_state_dict", "model"];

/** What parallel training puts before every name. */
const PARALLEL = "module.";

/** All tensors together may hold so many times what the file does: some storages have several names, never most. */
const MOST_SHARED = 8;

/** Dictionaries of tensors in a dictionary, by name. */
type Found = Map<string, Map<unknown, unknown>>;

/**
 * The tensors of an object that `torch.save` wrote. It has a dictionary of them that is called `state_dict`,
 * `model_state_dict` or `model`, or is a dictionary of tensors itself, or has only one under any name. A tensor alone,
 * as error maps are kept, is called "tensor".
 *
 * @param value what `unpickle` gave
 * @param options `key`: name of the dictionary, null to find it; `size`: of the file, bytes
 * @throws {TypeError} when there is none, or several with none or several of those names: the error lists them
 * @throws {RangeError} when its tensors hold more than a file of the size can mean
 */
export function stateDict(
  value: unknown,
  { key, size }: { readonly key: string | null; readonly size: number },
): Map<string, Stored> {
  const chosen = choose(value, key);
  const tensors = [...chosen].filter((entry): entry is [string, TorchTensor] => entry[1] instanceof TorchTensor);
  const strange = tensors.find(([name]) => typeof name !== "string");
  if (strange !== undefined) throw new TypeError("it has tensors under what is no text, expected names");
  const bytes = tensors.reduce((sum, [, { shape, storage }]) => sum + countOf(shape) * bytesOf[storage.named.dtype], 0);
  if (bytes > MOST_SHARED * size) {
    throw new RangeError(`its tensors hold ${bytes} bytes, in a file of ${size}; is the file damaged?`);
  }
  const parallel = tensors.every(([name]) => name.startsWith(PARALLEL));
  return new Map(
    tensors.map(([name, tensor]) => [parallel ? name.slice(PARALLEL.length) : name, storedTensor(tensor)]),
  );
}

function choose(value: unknown, key: string | null): Map<unknown, unknown> {
  if (value instanceof TorchTensor && key === null) return new Map([["tensor", value]]);
  if (!(value instanceof Map)) throw new TypeError("it holds no dictionary, expected tensors by name");
  const found: Found = new Map(
    [...value].filter((entry): entry is [string, Map<unknown, unknown>] =>
      typeof entry[0] === "string" && hasTensors(entry[1])
    ),
  );
  if (key !== null) {
    const chosen = found.get(key);
    if (chosen !== undefined) return chosen;
    throw new TypeError(`it has no dictionary of tensors "${key}", expected one of ${listed(found)}`);
  }
  const named = usual.filter((name) => found.has(name));
  if (named.length === 1) return found.get(named[0])!; // a tensor beside it is a best accuracy or the like
  if (named.length === 0 && hasTensors(value)) return value;
  if (found.size === 1) return [...found.values()][0];
  if (found.size === 0) throw new TypeError("it holds no tensors under names of their own");
  throw new TypeError(
    `it has several dictionaries of tensors, ${listed(found)}; the only one called ${usual.join(" or ")} would be ` +
      "taken, or the only one there is. Name the one that is meant (--key NAME)",
  );
}

function hasTensors(value: unknown): value is Map<unknown, unknown> {
  return value instanceof Map && [...value.values()].some((item) => item instanceof TorchTensor);
}

function listed(found: Found): string {
  return [...found.keys()].map((name) => `"${name}"`).join(", ") || "none";
}
