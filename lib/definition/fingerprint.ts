import { createHash } from "node:crypto";
import { isPart, isRecord, show } from "./part.ts";

/**
 * The identity of a definition, or of one part of it: 64 hexadecimal digits, the SHA-256 of its canonical
 * JSON. A definition's `name` and `tags` are titles and its `format` says how it is written: they do not count; every
 * option of a part does.
 *
 * Since null is skipped, a new option whose default is null leaves every older fingerprint as it was.
 *
 * @throws {TypeError} where `canonical` does
 */
export function fingerprint(definition: object): string {
  const { name: _name, tags: _tags, format: _format, ...rest } = definition as Record<string, unknown>;
  // node:crypto is part of Deno and, unlike crypto.subtle, answers at once: an identity is asked for everywhere
  return createHash("sha256").update(canonical(isPart(definition) ? definition : rest)).digest("hex");
}

/**
 * A plain value as JSON text that does not depend on how it was written: keys in the order of their UTF-16
 * code units, keys of null or undefined left out, −0 as 0, no spaces.
 *
 * @throws {TypeError} for what JSON cannot hold (functions, class instances, NaN, infinities), with its path
 */
export function canonical(value: unknown): string {
  return text(value, "");
}

function text(value: unknown, path: string): string {
  if (value === null || typeof value === "boolean" || typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number" && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item, i) => text(item, `${path}[${i}]`)).join(",")}]`;
  if (isRecord(value)) {
    const keys = Object.keys(value).filter((key) => value[key] !== null && value[key] !== undefined).sort();
    const inner = (key: string) => text(value[key], path === "" ? key : `${path}.${key}`);
    return `{${keys.map((key) => `${JSON.stringify(key)}:${inner(key)}`).join(",")}}`;
  }
  const given = typeof value === "number" ? String(value) : show(value);
  throw new TypeError(
    `Cannot write a definition as JSON: ${path === "" ? "it" : `"${path}"`} is ${given}, ` +
      "expected a finite number, a text, true, false, null, an array or a plain object",
  );
}
