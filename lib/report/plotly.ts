/**
 * The whole of plotly.js, gzipped and in base64, for a page that opens without a network: 2.6 MB instead of 10.
 *
 * Read only when asked for, so that a table costs nothing of it.
 */
export async function packedPlotly(): Promise<string> {
  const { default: source } = await import("plotly.js-dist", { with: { type: "text" } });
  const packed = new Blob([source as unknown as string]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(packed).arrayBuffer()).toBase64();
}
