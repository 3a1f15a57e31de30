import { type Audit, audit } from "../../lib/audit/audit.ts";
import { auditFigures } from "../../lib/audit/figures.ts";
import { everySplit } from "../../lib/audit/listing.ts";
import { auditPage } from "../../lib/audit/page.ts";
import { auditText } from "../../lib/audit/text.ts";
import { genImage } from "../../lib/layouts/mod.ts";
import { assert, assertEquals } from "../assert.ts";
import { browserNames, findBrowser, openPage, waitForFigures } from "../browser.ts";
import { plant } from "./planted.ts";

const folder = await Deno.makeTempDir();
Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

await plant(folder, {
  count: 12,
  real: (n) => ({ format: "jpeg", quality: n < 9 ? 92 : 70 }),
  fake: () => ({ format: "png" }),
  size: (n, label) => label === "real" ? [40 + n, 40] : [48, 48],
  shows: (n, split, label) => n + (split === "train" || n === 0 ? 0 : 100) + (label === "real" ? 0 : 300),
});
const planted = await audit(everySplit(genImage({ generators: ["sd14"] })), { data: folder });

Deno.test("figures show shares of formats, qualities, sizes, depths and spectra", () => {
  const figures = auditFigures(planted);
  assertEquals(figures.map(({ id }) => id), ["formats", "qualities", "sizes", "depths", "spectra"]);
  const [formats, qualities, sizes] = figures.map(({ figure }) => figure.data as unknown as Record<string, unknown>[]);
  assertEquals(formats.map(({ name, x, y }) => [name, x, y]), [
    ["jpeg", [1, 0], ["photographs of sd14", "sd14"]],
    ["png", [0, 1], ["photographs of sd14", "sd14"]],
  ]);
  assertEquals(qualities.map(({ name, x }) => [name, x]), [["92", [0.75, 0]], ["70", [0.25, 0]]]);
  assertEquals(sizes.map(({ name, median }) => [name, (median as number[]).map(Math.round)]), [
    ["photographs of sd14, train", [42]],
    ["sd14, train", [48]],
    ["photographs of sd14, test", [42]],
    ["sd14, test", [48]],
  ]);
});

Deno.test("of many qualities the most frequent have a colour each, the rest are together", () => {
  const qualities = { 70: 2, 75: 3, 80: 4, 85: 5, 90: 6, 95: 7, 99: 1 };
  const groups = planted.tables.groups.slice(0, 1).map((group) => ({ ...group, images: 28, qualities }));
  const [, { figure }] = auditFigures({ ...planted, tables: { ...planted.tables, groups } });
  const bars = figure.data as unknown as { readonly name: string; readonly x: readonly number[] }[];
  assertEquals(bars.map(({ name, x }) => [name, Math.round(28 * x[0])]), [
    ...[["95", 7], ["90", 6], ["85", 5], ["80", 4], ["75", 3]],
    ["other", 3],
  ]);
});

Deno.test("without JPEG and without pixels there are fewer figures", () => {
  const groups = planted.tables.groups.map((group) => ({ ...group, quality: null, qualities: {} }));
  const bare: Audit = { ...planted, tables: { groups, spectra: [], duplicates: null } };
  assertEquals(auditFigures(bare).map(({ id }) => id), ["formats", "sizes", "depths"]);
});

Deno.test("the text has the groups, the probe, the twins, the verdict and the protocol", () => {
  const text = auditText(planted, { width: 120 });
  for (
    const part of [
      "photographs of sd14",
      "92 [70, 92]",
      "1.000 [1.000, 1.000]",
      "Verdict: biased",
      "is GenImage/",
      "Protocol:",
    ]
  ) assert(text.includes(part), `${part}\n${text}`);
  const lines = text.split("\n").slice(0, 6);
  assert(lines.every((line) => line.length <= 120), lines.join("\n"));
});

Deno.test("the page asks no network for anything and keeps names text", async () => {
  const twin = { ...planted.twins[0], id: "<img src=x>" };
  const html = await auditPage({ ...planted, twins: [twin] }, { name: "<b>set</b>" });
  assert(!html.includes("<img") && !html.includes("<b>set</b>"));
  const own = html.replace(/<script type="text\/plain" id="plotly">[^<]*<\/script>/, "");
  assert(!/(src|href)="(?!data:|#)/.test(own), "an address stands in the page");
  assert(own.includes("reencoded({ of, only: &#34;fake&#34;, quality: 92 })"));
});

const inBrowser = findBrowser() !== null;

Deno.test({
  name: `the page draws its figures in a browser${inBrowser ? "" : ` (left out: none of ${browserNames.join(", ")})`}`,
  ignore: !inBrowser,
  async fn() {
    await Deno.writeTextFile(`${folder}/audit.html`, await auditPage(planted, { name: "planted" }));
    await using page = await openPage(`${folder}/audit.html`, `${folder}/profile`);
    await waitForFigures(page, 5);
    assertEquals(page.complaints, []);
  },
});
