import { meant } from "./nearest.ts";
import { isPart, isRecord, type Part, show } from "./part.ts";

/**
 * Reads a piece of a definition that may come from anywhere: completes its defaults, or says what is wrong with the
 * place. Readers are made of readers, as definitions are made of definitions.
 */
export type Reader<T> = (value: unknown, path: string) => T;

/** Makers of one family of parts by kind. */
export type Makers<P extends Part> = ReadonlyMap<string, (options: object) => P>;

/** A field of its own with a default, for {@linkcode fields}. */
export interface Field<T> {
  readonly read: Reader<T>;
  /** What a field that is not given is read as; without it the field has to be given. */
  readonly otherwise?: unknown;
}

/** An object of known fields: unknown ones are refused with the nearest name, defaults completed, order kept. */
export function fields<T extends object>(known: { readonly [K in keyof T]-?: Field<T[K]> }): Reader<T> {
  const names = Object.keys(known) as (keyof T & string)[];
  return (value, path) => {
    if (!isRecord(value)) throw refusal(path, value, `an object with ${names.join(", ")}`);
    for (const name of Object.keys(value)) {
      if (!names.includes(name as keyof T & string)) {
        throw new TypeError(`Cannot define ${place(path)}: unknown field "${name}", ${meant(name, names, "fields")}`);
      }
    }
    return Object.fromEntries(names.map((name) => {
      const field = known[name];
      if (value[name] === undefined && !("otherwise" in field)) {
        throw new TypeError(
          `Cannot define ${place(path)}: missing field "${name}", the fields are ${names.join(", ")}`,
        );
      }
      return [name, field.read(value[name] === undefined ? field.otherwise : value[name], join(path, name))];
    })) as T;
  };
}

/** An array, item by item. */
export function list<T>(read: Reader<T>, { atLeast = 0 } = {}): Reader<readonly T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw refusal(path, value, "an array");
    if (value.length < atLeast) {
      throw refusal(path, value, `at least ${atLeast === 1 ? "one item" : `${atLeast} items`}`);
    }
    return value.map((item, i) => read(item, join(path, String(i))));
  };
}

/** An object whose keys are free; a key set to undefined is left out. */
export function named<T>(read: Reader<T>, { atLeast = 0 } = {}): Reader<Readonly<Record<string, T>>> {
  return (value, path) => {
    if (!isRecord(value)) throw refusal(path, value, "an object of named values");
    const given = Object.entries(value).filter(([, inner]) => inner !== undefined);
    if (given.length < atLeast) throw refusal(path, value, `at least ${atLeast === 1 ? "one" : atLeast} by name`);
    return Object.fromEntries(given.map(([name, inner]) => [name, read(inner, join(path, name))]));
  };
}

/** Null, or what `read` reads. */
export function nullable<T>(read: Reader<T>): Reader<T | null> {
  return (value, path) => value === null ? null : read(value, path);
}

/** One of the parts that `makers` make; checked and completed by its maker. */
export function partOf<P extends Part>(noun: string, makers: Makers<P>): Reader<P> {
  const kinds = [...makers.keys()];
  return (value, path) => {
    if (!isPart(value)) throw refusal(path, value, `${noun}, one of ${kinds.map((kind) => `${kind}()`).join(", ")}`);
    const make = makers.get(value.kind);
    if (make === undefined) {
      throw new TypeError(
        `Cannot define ${place(path)}: unknown kind "${value.kind}" of ${noun}, ${meant(value.kind, kinds, "kinds")}`,
      );
    }
    try {
      return make(value);
    } catch (error) {
      const told = `${(error as Error).message} (in ${place(path)})`;
      if (error instanceof RangeError) throw new RangeError(told, { cause: error });
      if (error instanceof TypeError) throw new TypeError(told, { cause: error });
      throw error;
    }
  };
}

/** What `holds` holds of; `expected` names it. */
export function scalar<T>(expected: string, holds: (value: unknown) => value is T): Reader<T> {
  return (value, path) => {
    if (holds(value)) return value;
    throw refusal(path, value, expected);
  };
}

/**
 * The makers that a room exports for the kinds of one of its tables.
 *
 * @param room the room's module, `import * as room from "…/mod.ts"`
 * @throws {TypeError} when the room does not export the maker of a kind
 */
export function makersOf<P extends Part>(room: object, table: { readonly [K in P["kind"]]: unknown }): Makers<P> {
  const exported = new Map(
    Object.values(room).flatMap((value) =>
      typeof value === "function" && typeof value.kind === "string" ? [[value.kind, value]] : []
    ),
  );
  return new Map(
    Object.keys(table).map((kind) => {
      const make = exported.get(kind);
      if (make === undefined) {
        throw new TypeError(`Cannot find the maker of "${kind}": its room's mod.ts does not export it`);
      }
      return [kind, make];
    }),
  );
}

function refusal(path: string, value: unknown, expected: string): TypeError {
  const given = typeof value === "number" ? String(value) : show(value);
  return new TypeError(`Cannot define ${place(path)}: given ${given}, expected ${expected}`);
}

function place(path: string): string {
  return path === "" ? "an experiment" : `"${path}"`;
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}
