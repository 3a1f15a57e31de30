import { packedPlotly } from "../../lib/report/plotly.ts";
import { assert, assertEquals } from "../assert.ts";

Deno.test("packedPlotly() unpacks to plotly.js", async () => {
  const packed = await packedPlotly();
  assert(packed.length < 8e5, `${packed.length} characters`);
  const bytes = new Blob([Uint8Array.fromBase64(packed)]).stream().pipeThrough(new DecompressionStream("gzip"));
  const source = await new Response(bytes).text();
  assertEquals(/plotly\.js \(cartesian - minified\) v(\S+)/.exec(source.slice(0, 200))?.[1], "4.1.1");
});
