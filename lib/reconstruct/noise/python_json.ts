const spelt: Readonly<Record<string, string>> = { Infinity: "1e999", "-Infinity": "-1e999", NaN: "null" };

/**
 * Parses JSON as Python writes it, with bare infinities (in `lambda_min_clipped` of schedulers); NaN becomes null.
 *
 * @throws {SyntaxError} for what is no JSON
 */
export function parsePythonJson(text: string): unknown {
  return JSON.parse(text.replaceAll(/"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g, (token) => spelt[token] ?? token));
}
