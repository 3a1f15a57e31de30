import { canonical } from "./fingerprint.ts";
import { isPart, isRecord } from "./part.ts";

/** One place in which definitions differ. */
export interface Difference {
  /** Dotted path, as "loss.contrastive.margin" or "augment.0.p". */
  readonly path: string;
  /** By definition: the value there; of a part its kind; null where there is nothing. */
  readonly values: readonly unknown[];
}

/**
 * Where several definitions differ, beside name, tags and format, in the order of the definitions' own fields.
 *
 * Parts of different kinds differ in their kind; their options are compared among parts of one kind only,
 * since a rate of one kind says nothing about a rate of another. Arrays are compared item by item when
 * they are of one length, and otherwise as wholes.
 */
export function diff(definitions: readonly object[]): Difference[] {
  const found: Difference[] = [];
  const bare = (definitions as readonly Record<string, unknown>[]).map((
    { name: _name, tags: _tags, format: _format, ...rest },
  ) => rest);
  compare("", bare, found);
  return found;
}

function compare(path: string, values: readonly unknown[], found: Difference[]): void {
  if (new Set(values.map((value) => canonical(value ?? null))).size < 2) return;
  if (values.every(Array.isArray) && new Set(values.map((value) => value.length)).size === 1) {
    return descend(path, values, found);
  }
  if (values.every(isRecord) && new Set(values.map(kindOf)).size === 1) return descend(path, values, found);
  found.push({ path, values: values.map((value) => isPart(value) ? value.kind : value ?? null) });
  for (const kind of new Set(values.filter(isPart).map(kindOf))) {
    const ofKind = values.map((value) => isPart(value) && value.kind === kind ? value : undefined);
    const inner: Difference[] = [];
    const at = ofKind.flatMap((value, i) => value === undefined ? [] : [i]);
    compare(path, at.map((i) => ofKind[i]), inner);
    for (const { path, values } of inner) {
      found.push({ path, values: ofKind.map((_, i) => at.includes(i) ? values[at.indexOf(i)] : null) });
    }
  }
}

function descend(path: string, values: readonly object[], found: Difference[]): void {
  const keys = new Set(values.flatMap((value) => Object.keys(value)));
  for (const key of keys) {
    const inner = values.map((value) => (value as Record<string, unknown>)[key]);
    compare(path === "" ? key : `${path}.${key}`, inner, found);
  }
}

function kindOf(value: unknown): string | null {
  return isPart(value) ? value.kind : null;
}
