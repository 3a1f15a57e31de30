/**
 * Options as a scheduler's configuration file writes them: each knows what it is where nothing is written, and what
 * else may stand there. In code they have the same names in camel case.
 */

/** One option. */
export interface Option<T> {
  /** Its value where none is written: the default of diffusers. */
  readonly otherwise: T;
  /** What may be written, in words. */
  readonly expected: string;
  /** What is written as a value, undefined where it may not stand there. */
  readonly read: (written: unknown) => T | undefined;
}

/** Options by their name in code. */
export type Options = Readonly<Record<string, Option<unknown>>>;

/** Values of a table of options. */
export type Read<O extends Options> = {
  readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never;
};

/** True or false; null counts as false, as it does in Python. */
export function flag(otherwise: boolean): Option<boolean> {
  return {
    otherwise,
    expected: "true or false",
    read: (written) => written === null ? false : typeof written === "boolean" ? written : undefined,
  };
}

/** A number; `whole` ones are counted from `from`. */
export function number(otherwise: number, { from = -Infinity, whole = false } = {}): Option<number> {
  return {
    otherwise,
    expected: `${whole ? "a whole number" : "a number"}${from > -Infinity ? ` from ${from}` : ""}`,
    read: (written) =>
      isNumber(written) && written >= from && (!whole || Number.isInteger(written)) ? written : undefined,
  };
}

/** A positive number, or null. */
export function numberOrNone(): Option<number | null> {
  return {
    otherwise: null,
    expected: "a number above 0 or null",
    read: (written) => written === null || (isNumber(written) && written > 0) ? written : undefined,
  };
}

/** Numbers in a row, or null. */
export function numbersOrNone(): Option<readonly number[] | null> {
  return {
    otherwise: null,
    expected: "a list of numbers or null",
    read: (written) => written === null || (Array.isArray(written) && written.every(isNumber)) ? written : undefined,
  };
}

/** One of some words or numbers. */
export function choice<const T extends string | number>(choices: readonly T[], otherwise: NoInfer<T>): Option<T> {
  return {
    otherwise,
    expected: choices.map((word) => JSON.stringify(word)).join(" or "),
    read: (written) => choices.find((word) => word === written),
  };
}

/** An option of diffusers of which one value alone is implemented; null is taken for false. */
export function only<const T extends string | boolean | null>(value: T): Option<T> {
  return {
    otherwise: value,
    expected: `${JSON.stringify(value)}, the only one that is implemented`,
    read: (written) => written === value || (written === null && value === false) ? value : undefined,
  };
}

/**
 * The options of a table as a file writes them. Other names are passed over, as diffusers does: files name options of
 * the scheduler they were written for first.
 *
 * @param whose what is read, for the error: the file and the class
 * @throws {RangeError} for an option that has not one of its values
 */
export function readOptions<O extends Options>(
  options: O,
  written: Readonly<Record<string, unknown>>,
  whose: string,
): Read<O> {
  const read = Object.entries(options).map(([key, option]) => {
    const name = key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    if (written[name] === undefined) return [key, option.otherwise];
    const value = option.read(written[name]);
    if (value === undefined) {
      throw new RangeError(
        `Cannot use ${whose}: its ${name} is ${JSON.stringify(written[name])}, expected ${option.expected}`,
      );
    }
    return [key, value];
  });
  return Object.fromEntries(read);
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && !Number.isNaN(value);
}
