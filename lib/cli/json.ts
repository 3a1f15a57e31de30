/** Writes a value as one line of JSON to standard output. */
import { print } from "./print.ts";

/** Prints a value as JSON; NaN and infinities become null. */
export function printJson(value: object): void {
  print(JSON.stringify(value));
}
