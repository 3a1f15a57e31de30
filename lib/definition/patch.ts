import { meant } from "./nearest.ts";
import { frozen, isPart, isRecord, type Options, type Part } from "./part.ts";

/**
 * What may be said of a definition to make another: any of its fields, at any depth. A part takes some of
 * its own options, or a whole part in its place; an array is replaced; a field set to undefined is removed.
 */
export type Patch<T> = T extends readonly unknown[] ? T
  : T extends Part ? T | { readonly [K in keyof Options<T>]?: Patch<T[K & keyof T]> }
  : T extends object ? { readonly [K in keyof T]?: Patch<T[K]> }
  : T;

/**
 * A definition that differs from `base` only where `patch` says: plain objects are merged, arrays and
 * scalars replaced, a part of another kind is taken whole, a key patched with undefined is removed.
 * Knows nothing of ranges: whoever owns the definition checks the result, as `derive` does.
 *
 * @returns a frozen copy
 * @throws {TypeError} for an option that the base part does not have, with its path and the nearest name
 */
export function patched<T extends object>(base: T, patch: Patch<T>): T {
  return frozen(merge(base, patch, "")) as T;
}

function merge(base: unknown, patch: unknown, path: string): unknown {
  if (!isRecord(base) || !isRecord(patch)) return patch;
  if (isPart(patch) && patch.kind !== (isPart(base) ? base.kind : undefined)) return patch;
  const merged: Record<string, unknown> = { ...base };
  for (const [key, change] of Object.entries(patch)) {
    const place = path === "" ? key : `${path}.${key}`;
    if (isPart(base) && !Object.hasOwn(base, key)) {
      const known = Object.keys(base).filter((name) => name !== "kind");
      throw new TypeError(`Cannot derive "${place}": ${base.kind} has no such option, ${meant(key, known)}`);
    }
    if (change === undefined) delete merged[key];
    else merged[key] = merge(base[key], change, place);
  }
  return merged;
}
