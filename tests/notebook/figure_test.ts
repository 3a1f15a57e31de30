import { canDraw, drawPicture } from "../../lib/notebook/picture.ts";
import { figureBundle } from "../../lib/notebook/figure.ts";
import { figure } from "../../lib/report/figure.ts";
import { compare, plot } from "../../lib/report/mod.ts";
import { assert, assertEquals } from "../assert.ts";
import { syntheticAblation, syntheticRecord } from "../report/records.ts";

/** The static picture in a bundle's HTML. */
function picture(html: string): string {
  const packed = /<img [^>]*src="data:image\/svg\+xml;base64,([^"]*)"/.exec(html)?.[1];
  return new TextDecoder().decode(Uint8Array.fromBase64(packed ?? ""));
}

/** The words of an SVG. */
function words(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]+)</g)].map(([, text]) => text);
}

Deno.test("figureBundle() holds a picture with every word of the figure, a script and a description", async () => {
  const records = syntheticAblation();
  const bars = await figureBundle(plot.bars(compare(records)));
  assertEquals(Object.keys(bars), ["text/html", "text/plain"]);
  assertEquals(
    bars["text/plain"],
    "Figure of Accuracy, %: plain, reconstructions-as-fakes, contrastive-only, dual",
  );
  const seen = words(picture(bars["text/html"]));
  for (const word of ["dual", "contrastive-only", "100%", "chance"]) assert(seen.includes(word), `${word}: ${seen}`);
  const curves = picture((await figureBundle(plot.curves(records)))["text/html"]);
  const lines = 4 + 4 + 2 + 1; // plain has one term and the total, dual four
  assertEquals([...curves.matchAll(/class="js-line"/g)].length, lines + 4, "with those of the legend");
});

Deno.test("figureBundle() brings plotly.js along once, and again with the figure that brought it", async () => {
  const [first, second] = [1, 2].map((x) => figure([{ type: "bar", name: `n${x}`, x: [x], y: [x] }], {}));
  // another figure of this file may have been the first
  const carries = async (one: typeof first) => (await figureBundle(one))["text/html"].length > 500_000;
  const { figureBundle: fresh } = await import("../../lib/notebook/figure.ts?fresh");
  const sizes: boolean[] = [];
  for (const one of [first, second, first]) sizes.push((await fresh(one))["text/html"].length > 500_000);
  assertEquals(sizes, [true, false, true]);
  assertEquals(await carries(second), false);
});

Deno.test("figureBundle() keeps hostile names text", async () => {
  const name = `</script><img src=x onerror="alert(1)">`;
  const records = [1, 2].map((seed) => syntheticRecord({ name: `${name}${seed}`, terms: { [name]: 1 }, seed }));
  const html = (await figureBundle(plot.curves(records)))["text/html"].replace(/<script>\(async[^]*?<\/script>/, "");
  assertEquals([...html.matchAll(/<script/g)].length, 1);
  assertEquals([...html.matchAll(/<img/g)].length, 1);
  assert(!picture(html).includes("<img"), "a name became a tag of the picture");
});

Deno.test("figures that need a canvas get words for a picture, and are refused before plotly could hang on them", async () => {
  const surface = figure([{ type: "surface", z: [[1, 2], [3, 4]] }], {});
  assertEquals(canDraw(surface), false);
  const html = (await figureBundle(surface))["text/html"];
  assert(!html.includes("<img") && html.includes("It needs JavaScript"), html.slice(-2000));
  const error = await drawPicture(surface, { width: 100, height: 100 }).catch((error) => error);
  assert(error instanceof RangeError && error.message.includes('"surface"'), String(error));
});

Deno.test("drawPicture() draws equal figures equally, and as large as told", async () => {
  const one = plot.bars(compare(syntheticAblation()));
  const svg = await drawPicture(one, { width: 640, height: 320 });
  assert(/^<svg [^>]*width="640" height="320"/.test(svg), svg.slice(0, 300));
  assertEquals(await drawPicture(one, { width: 640, height: 320 }), svg);
});
