import { page } from "../../lib/report/page.ts";
import type { RunRecord } from "../../lib/types.ts";
import { assert, assertEquals } from "../assert.ts";
import { browserNames, findBrowser, openPage } from "../browser.ts";
import { syntheticAblation, syntheticRecord } from "./records.ts";

const hostile =
  `</script><script>document.title='taken'</script><img src=x onerror="document.title='taken'"><b>\u2028&amp;`;
const pair = [{ of: "dual", against: "contrastive-only" }];

/** Two runs in which whatever can be named is named to do harm. */
function hostileRecords(): RunRecord[] {
  const generators = ["A", hostile];
  const [a, b] = [
    syntheticRecord({ name: hostile, generators, terms: { [hostile]: 1 } }),
    syntheticRecord({ name: "other", generators, terms: { classification: 1 } }),
  ];
  return [{ ...a, environment: { ...a.environment, system: hostile, hashes: { [hostile]: hostile } } }, b];
}

Deno.test("page() answers, shows the numbers and lists what to do next", async () => {
  const html = await page(syntheticAblation(), {
    title: "Does it help?",
    differences: pair,
    next: [{ text: "Train again:", command: "deno task demo --seeds 3" }],
  });
  for (
    const part of [
      "<h1>Does it help?</h1>",
      "Accuracy over the unseen generators, dual − contrastive-only: ",
      "4 methods, 1 seed each. Trained on fakes of A. Tested on 40 photographs and 160 fakes of A, B, E and G.",
      "<pre>deno task demo --seeds 3</pre>",
      "they do not say how much another seed would change",
    ]
  ) assert(html.includes(part), part);
  assertEquals([...html.matchAll(/<details><summary>[^<]*<small>seed 1/g)].length, 4);
});

Deno.test("page() asks no network for anything", async () => {
  const html = await page(syntheticAblation());
  const own = html.replace(/<script type="text\/plain" id="plotly">[^<]*<\/script>/, "");
  assert(!/(src|href)="(?!data:)/.test(own), "an address stands in the page");
  assert(own.includes("default-src 'none'"));
  assert(html.length < 3e6, `${html.length} characters`);
});

Deno.test("page() of equal records is equal", async () => {
  assertEquals(await page(syntheticAblation()), await page(syntheticAblation()));
});

Deno.test("page() keeps hostile names text", async () => {
  const html = await page(hostileRecords(), { title: hostile, differences: [{ of: hostile, against: "other" }] });
  assert(!html.includes("<img"), "a tag from a name stands in the page");
  assert(!html.includes(`<script>document.title='taken'`));
});

const browser = findBrowser();
Deno.test({
  name: browser === null
    ? `page() in a browser: LEFT OUT, found none of ${browserNames().join(", ")} on this machine`
    : "page() draws both figures in a browser, and hostile names run nothing",
  ignore: browser === null,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      const title = `Safe ${hostile}`;
      const html = await page(hostileRecords(), { title, differences: [{ of: hostile, against: "other" }] });
      await Deno.writeTextFile(`${folder}/page.html`, html);
      const { dom, log } = await openPage(browser!, `${folder}/page.html`);
      const complaints = log.split("\n").filter((line) => line.includes("CONSOLE"));
      assertEquals(complaints, []);
      assertEquals([...dom.matchAll(/class="plot js-plotly-plot"/g)].length, 2, "a figure is not drawn");
      assert(dom.includes("<title>Safe "), "a name changed the title");
      assert(!dom.includes("<img"), "a name became a tag");
      assert(
        /class="legendtext"[^>]*>&lt;\/script&gt;[^<]*&lt;b&gt;[^<]*&amp;amp;</.test(dom),
        "a legend does not show its name",
      );
      assert(dom.match(/class="point"/g)!.length >= 2 * 4, "bars are missing");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
