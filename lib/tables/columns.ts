/** Tables as columns of one type each: what every format of them is written from. */

/** What the values of a column may be: what it is called here, and in memory. */
export interface ValueTypes {
  /** UTF-8. */
  readonly "string": string;
  readonly "string or null": string | null;
  /** 64 bits; infinities and NaN as well. */
  readonly "double": number;
  readonly "double or null": number | null;
  /** Whole, of 64 bits in the file and at most 2⁵³ − 1 in size. */
  readonly "whole": number;
  readonly "whole or null": number | null;
  readonly "boolean": boolean;
  readonly "boolean or null": boolean | null;
}

/** Names and types of a table's columns, in the order of the file. */
export type TableTypes = Readonly<Record<string, keyof ValueTypes>>;

/** Columns of equal length. */
export type Table<T extends TableTypes> = { readonly [Name in keyof T]: readonly ValueTypes[T[Name]][] };

const isNumber = (value: unknown): boolean => typeof value === "number";
const orNull = (holds: (value: unknown) => boolean) => (value: unknown): boolean => value === null || holds(value);

/** What tells the values of a type from others. */
export const holds: Readonly<Record<keyof ValueTypes, (value: unknown) => boolean>> = {
  "string": (value) => typeof value === "string",
  "string or null": orNull((value) => typeof value === "string"),
  "double": isNumber,
  "double or null": orNull(isNumber),
  "whole": Number.isSafeInteger,
  "whole or null": orNull(Number.isSafeInteger),
  "boolean": (value) => typeof value === "boolean",
  "boolean or null": orNull((value) => typeof value === "boolean"),
};

/** Whether a column of a type may lack values. */
export function isNullable(type: keyof ValueTypes): boolean {
  return type.endsWith(" or null");
}

/**
 * Refuses a table that is not what its types say.
 *
 * @throws {RangeError} when columns differ in length
 * @throws {TypeError} when a value is not of its column's type; names column and row
 */
export function checkTable<T extends TableTypes>(types: T, table: Table<T>): void {
  const names = Object.keys(types);
  for (const name of names) {
    const values = table[name] as readonly unknown[];
    if (values.length !== table[names[0]].length) {
      throw new RangeError(
        `Cannot write a table: column "${name}" has ${values.length} rows, expected ${table[names[0]].length} ` +
          `as "${names[0]}" has`,
      );
    }
    const wrong = values.findIndex((value) => !holds[types[name]](value));
    if (wrong >= 0) {
      throw new TypeError(
        `Cannot write a table: row ${wrong} of column "${name}" is ${values[wrong]}, expected ${types[name]}`,
      );
    }
  }
}
