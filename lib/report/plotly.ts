/**
 * plotly.js, gzipped and in base64, for what opens without a network.
 *
 * Read only when asked for, so that a table costs nothing of it.
 */
export async function packedPlotly(): Promise<string> {
  const { plotlySource } = await import("./plotly_source.ts");
  const packed = new Blob([plotlySource]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(packed).arrayBuffer()).toBase64();
}
