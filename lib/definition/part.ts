import { meant } from "./nearest.ts";

/** A tagged plain object: one piece of a definition. JSON-able, frozen. */
export interface Part<Kind extends string = string> {
  /** Which maker made it: the key of its room's table. */
  readonly kind: Kind;
}

/** Options of a part: everything but its kind. */
export type Options<P extends Part> = Omit<P, "kind">;

/** What the caller gives: the required options, and any of the others. */
export type Given<P extends Part, Required extends keyof Options<P>> =
  & Pick<Options<P>, Required>
  & Partial<Omit<Options<P>, Required>>;

/** Makes one kind of part from its options, and says which kind. */
export type Maker<P extends Part, Required extends keyof Options<P> = never> =
  & { readonly kind: P["kind"] }
  & ([Required] extends [never] ? (options?: Given<P, Required>) => P : (options: Given<P, Required>) => P);

/** What a maker knows beyond its defaults. */
export interface Rules<P extends Part, Required> {
  /** Options without a default. */
  readonly required?: readonly Required[];
  /** Options that are parts themselves: the makers that they may come from, which check and complete them. */
  readonly parts?: { readonly [K in keyof Options<P>]?: readonly { readonly kind: string }[] };
  /** Options that are lists of parts: the makers that their members may come from. */
  readonly lists?: { readonly [K in keyof Options<P>]?: readonly { readonly kind: string }[] };
  /** Throws a `RangeError` where a value is outside its range; sees every option filled in. */
  readonly check?: (part: P) => void;
}

/**
 * A maker of one kind of part: takes one options object, fills every default, freezes, and refuses
 * unknown or missing options by name, since a notebook cell runs without type checking. An option given as
 * undefined takes its default. A whole part of the kind is taken as well, so that
 * `blur({ ...blur(), sigma: 2 })` and a part read from JSON are checked like any other.
 *
 * The second type parameter names the options that have no default; `rules.required` repeats them.
 *
 * @throws {TypeError} for an unknown or missing option, with the nearest known name; for another kind
 * @throws {RangeError} where `rules.check` says so
 *
 * @example
 * ```ts
 * import { part, type Part } from "./part.ts";
 *
 * interface Blur extends Part<"blur"> {
 *   readonly sigma: number;
 * }
 * const blur = part<Blur>("blur", { sigma: 1 });
 * blur({ sigma: 2 }); // { kind: "blur", sigma: 2 }
 * ```
 */
export function part<P extends Part, Required extends keyof Options<P> = never>(
  kind: P["kind"],
  defaults: Omit<Options<P>, Required>,
  rules: Rules<P, Required> = {},
): Maker<P, Required> {
  const required = (rules.required ?? []) as readonly string[];
  const names = [...required, ...Object.keys(defaults)];
  const make = (options: object = {}): P => {
    if (!isRecord(options)) {
      throw new TypeError(`Cannot define ${kind}: given ${show(options)}, expected one object of options`);
    }
    for (const [name, value] of Object.entries(options)) {
      if (name === "kind" && value === kind) continue;
      if (name === "kind") throw new TypeError(`Cannot define ${kind}: given a part of kind ${show(value)}`);
      if (!names.includes(name)) {
        throw new TypeError(`Cannot define ${kind}: unknown option "${name}", ${meant(name, names)}`);
      }
    }
    const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
    for (const name of required) {
      if (!(name in given)) {
        throw new TypeError(`Cannot define ${kind}: missing option "${name}", the options are ${names.join(", ")}`);
      }
    }
    const whole: Record<string, unknown> = { ...defaults, ...given };
    for (const [name, makers] of Object.entries(rules.parts ?? {})) {
      whole[name] = inner(`${kind}.${name}`, whole[name], makers as readonly InnerMaker[]);
    }
    for (const [name, makers] of Object.entries(rules.lists ?? {})) {
      whole[name] = innerList(`${kind}.${name}`, whole[name], makers as readonly InnerMaker[]);
    }
    const made = frozen({ kind, ...Object.fromEntries(names.map((name) => [name, whole[name]])) }) as unknown as P;
    rules.check?.(made);
    return made;
  };
  return Object.freeze(Object.assign(make, { kind })) as Maker<P, Required>;
}

type InnerMaker = { readonly kind: string } & ((options: object) => Part);

/** An option that is a part; null stays. */
function inner(name: string, value: unknown, makers: readonly InnerMaker[]): Part | null {
  if (value === null) return null;
  const make = isPart(value) ? makers.find(({ kind }) => kind === value.kind) : undefined;
  if (make !== undefined) return make(value as Part);
  const kinds = makers.map(({ kind }) => `${kind}()`).join(" or ");
  throw new TypeError(`Cannot define ${name}: given ${show(value)}, expected ${kinds}`);
}

/** An option that is a list of parts, one at least. */
function innerList(name: string, value: unknown, makers: readonly InnerMaker[]): (Part | null)[] {
  if (Array.isArray(value) && value.length > 0 && !value.includes(null)) {
    return value.map((one, i) => inner(`${name}[${i}]`, one, makers));
  }
  throw new TypeError(`Cannot define ${name}: given ${show(value)}, expected a list of parts, one at least`);
}

/** A copy of a plain value, frozen all the way down; what is not an array or a plain object is taken as it is. */
export function frozen<T>(value: T): T {
  if (Array.isArray(value)) return Object.freeze(value.map(frozen)) as T;
  if (!isRecord(value)) return value;
  return Object.freeze(Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, frozen(inner)]))) as T;
}

/** Whether a value is a plain object: what a definition is made of, beside arrays and scalars. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Whether a value is a plain object with a kind. */
export function isPart(value: unknown): value is Part & Readonly<Record<string, unknown>> {
  return isRecord(value) && typeof value.kind === "string";
}

/** A value as an error quotes it: short, on one line. */
export function show(value: unknown): string {
  if (typeof value === "function") return `the function ${value.name || "without a name"}`;
  const text = value === undefined ? "undefined" : typeof value === "bigint" ? `${value}n` : JSON.stringify(value);
  const line = text ?? String(value); // symbols
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}
