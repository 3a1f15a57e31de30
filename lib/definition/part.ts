import { nearest } from "./nearest.ts";

/** A tagged plain object: one piece of a definition. JSON-able, frozen. */
export interface Part<Kind extends string = string> {
  readonly kind: Kind;
}

/** Options of a part: everything but its kind. */
export type Options<P extends Part> = Omit<P, "kind">;

/** What the caller gives: the required options, and any of the others. */
export type Given<P extends Part, Required extends keyof Options<P>> =
  & Pick<Options<P>, Required>
  & Partial<Omit<Options<P>, Required>>;

/** Makes one kind of part from its options. */
export type Maker<P extends Part, Required extends keyof Options<P>> = [Required] extends [never]
  ? (options?: Given<P, Required>) => P
  : (options: Given<P, Required>) => P;

/** What a maker knows beyond its defaults. */
export interface Rules<P extends Part, Required> {
  /** Options without a default. */
  readonly required?: readonly Required[];
  /** Throws a `RangeError` where a value is outside its range; sees every option filled in. */
  readonly check?: (part: P) => void;
}

/**
 * A maker of one kind of part: takes one options object, fills every default, freezes, and refuses
 * unknown or missing options by name, since a notebook cell runs without type checking.
 *
 * The second type parameter names the options that have no default; `rules.required` repeats them.
 *
 * @throws {TypeError} for an unknown or missing option, with the nearest known name
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
    const given = Object.entries(options).filter(([, value]) => value !== undefined);
    for (const name of Object.keys(options)) {
      if (!names.includes(name)) throw new TypeError(`Cannot define ${kind}: ${unknownOption(name, names)}`);
    }
    for (const name of required) {
      if (!given.some(([key]) => key === name)) {
        throw new TypeError(`Cannot define ${kind}: missing option "${name}", the options are ${names.join(", ")}`);
      }
    }
    const made = deepFreeze({ kind, ...defaults, ...Object.fromEntries(given) }) as unknown as P;
    rules.check?.(made);
    return made;
  };
  return make as Maker<P, Required>;
}

/** The end of a refusal: which option is unknown, which is meant, which there are. */
export function unknownOption(name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  const hint = meant === null ? "" : `, did you mean "${meant}"?`;
  return `unknown option "${name}"${hint}${hint === "" ? "," : ""} the options are ${known.join(", ") || "none"}`;
}

/** Freezes a plain value and all it holds; returns it. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
