/** A word of a command line as a shell takes it. */
export function quoted(word: string): string {
  if (/^[\w./:=@%+,\\-][\w./:=@%+,#\\-]*$/.test(word) && (Deno.build.os === "windows" || !word.includes("\\"))) {
    return word;
  }
  return Deno.build.os === "windows" ? `"${word}"` : `'${word.replaceAll("'", `'\\''`)}'`;
}
