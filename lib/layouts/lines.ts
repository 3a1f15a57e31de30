/**
 * Lines of a text file without their ends, one after the other; the file is never in memory whole.
 *
 * @throws {Deno.errors.NotFound} when there is no such file
 */
export async function* linesOf(file: string): AsyncGenerator<string> {
  using opened = await Deno.open(file).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Deno.errors.NotFound(`Cannot read the list "${file}": there is no such file`, { cause: error });
  });
  const decoder = new TextDecoder();
  const piece = new Uint8Array(1 << 16);
  let rest = "";
  for (let count; (count = await opened.read(piece)) !== null;) {
    const lines = (rest + decoder.decode(piece.subarray(0, count), { stream: true })).split("\n");
    rest = lines.pop()!;
    for (const line of lines) yield line.endsWith("\r") ? line.slice(0, -1) : line;
  }
  rest += decoder.decode();
  if (rest !== "") yield rest;
}
