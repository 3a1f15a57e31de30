import { page } from "../../lib/report/page.ts";
import type { RunRecord } from "../../lib/types.ts";
import { assert, assertEquals } from "../assert.ts";
import { browserNames, findBrowser, inPage, waitForFigures } from "../browser.ts";
import { altered, syntheticAblation, syntheticRecord } from "./records.ts";

/** Everything that a name could try: end a script or an attribute, bring a tag, an address, a line, a template along. */
const hostile = "</script><script>window.taken=1</script><img src=x onerror=window.taken=2>" +
  `<a href="javascript:window.taken=3">go</a>" onmouseover="window.taken=4' onfocus='window.taken=5\u2028window.taken=6//` +
  "javascript:window.taken=7 <svg/onload=window.taken=8> &lt;img src=x onerror=window.taken=9&gt; ${window.taken=10} " +
  "%{customdata[0]} <!--<b>&amp;";
const pair = [{ of: "dual", against: "contrastive-only" }];

/** Two runs in which whatever can be named is named to do harm. */
function hostileRecords(): RunRecord[] {
  const generators = ["A", hostile];
  const rest = { epochs: 2, distances: true, probe: 7 };
  const [a, b] = [
    syntheticRecord({ name: hostile, generators, terms: { [hostile]: 1 }, ...rest }),
    syntheticRecord({ name: "other", generators, terms: { classification: 1 }, ...rest }),
  ];
  const experiment = { ...a.experiment, tags: { [hostile]: hostile } };
  const unreadable = [{ id: hostile, file: hostile, split: "test" as const, reason: hostile }];
  const environment = {
    ...a.environment,
    system: hostile,
    backend: hostile,
    commit: hostile,
    hashes: { [hostile]: hostile },
  };
  return [{ ...a, experiment, environment, unreadable }, b];
}

Deno.test("page() answers, shows the numbers and lists what to do next", async () => {
  const html = await page(syntheticAblation(), {
    question: "Does it help?",
    differences: pair,
    next: [{ text: "Train again:", command: "deno task demo --seeds 3" }],
  });
  for (
    const part of [
      "<h1>Does it help?</h1>",
      "Accuracy over the unseen generators, dual − contrastive-only: ",
      "4 methods, 1 seed each. Trained on fakes of A. Tested on 40 photographs and 160 fakes of A, B, E and G.",
      '<pre tabindex="0">deno task demo --seeds 3</pre>',
      "they do not say how much another seed would change",
    ]
  ) assert(html.includes(part), part);
  assertEquals([...html.matchAll(/<details><summary>[^<]*<small>seed 1/g)].length, 4);
});

Deno.test("page() asks no network for anything", async () => {
  const html = await page(syntheticAblation());
  const own = html.replace(/<script type="text\/plain" id="plotly">[^<]*<\/script>/, "");
  assert(!/(src|href)="(?!data:|#)/.test(own), "an address stands in the page");
  assert(own.includes("default-src 'none'"));
  assert(html.length < 1.1e6, `${html.length} characters`);
});

Deno.test("page() of equal records is equal", async () => {
  assertEquals(await page(syntheticAblation()), await page(syntheticAblation()));
});

Deno.test("page() keeps hostile names text", async () => {
  for (const options of [{ question: hostile, command: hostile, audits: [{ title: hostile, body: "" }] }, {}]) {
    const html = await page(hostileRecords(), { differences: [{ of: hostile, against: "other" }], ...options });
    for (const part of ["<img", "<script>window", "<svg/", "<!--<b>", 'href="javascript:', "\u2028"]) {
      // in texts and names a line separator is text; inside scripts it would end a line
      if (part !== "\u2028") assert(!html.includes(part), `"${part}" of a name stands in the page`);
    }
    const scripts = [...html.matchAll(/<script type="application\/json"[^>]*>([^<]*)</g)].map(([, text]) => text);
    assertEquals([scripts.length, scripts.filter((text) => /[\u2028<>&]/.test(text))], [6, []]);
  }
});

const published = {
  claim: "Elsewhere 77 % rose to <b>81 %</b>.",
  here: ["Here it did not.", "Nor there."],
  needs: ["a & b"],
  command: "go",
};

Deno.test("page() shows the definition, how the variants differ, and what was published", async () => {
  const html = await page(syntheticAblation({ seeds: [1, 2], epochs: 3, distances: true, probe: 7 }), {
    differences: pair,
    published,
  });
  for (
    const part of [
      "<h3>How the variants differ</h3>",
      "<dt>loss: contrastive</dt>",
      "Trivial cues is no method but a probe",
      "Accuracy over the unseen generators, seed by seed: ",
      "Elsewhere 77 % rose to &#60;b&#62;81 %&#60;/b&#62;.",
      "<p>Here it did not.</p>\n<p>Nor there.</p>",
      "<li>a &#38; b</li>",
      "4 methods, 2 seeds each.",
    ]
  ) assert(html.includes(part), part);
  const links = [...html.matchAll(/<a href="#([^"]+)"/g)].map(([, id]) => id);
  assertEquals(links, [...html.matchAll(/<section id="([^"]+)" tabindex/g)].map(([, id]) => id));
  assertEquals(links, [
    ...["definition", "numbers", "generators", "differences", "metrics", "scores", "training", "distances"],
    ...["published", "environment", "data", "repeat", "runs"],
  ]);
});

Deno.test("page() says in a sentence that there are no epochs and no distances", async () => {
  const html = await page(syntheticAblation());
  assert(html.includes("These runs hold no accuracy by epoch.") && html.includes("hold no embedding distances"));
  assertEquals([...html.matchAll(/class="plot"/g)].length, 4);
});

const inBrowser = findBrowser() !== null;
const leftOut = `LEFT OUT, found none of ${browserNames.join(", ")} on this machine`;

Deno.test({
  name: inBrowser
    ? "page() draws every figure in a browser, and hostile names run nothing"
    : `page() in a browser: ${leftOut}`,
  ignore: !inBrowser,
  fn: async () => {
    const question = `Safe ${hostile}`;
    const options = { question, differences: [{ of: hostile, against: "other" }] };
    await inPage(await page(hostileRecords(), options), async (opened) => {
      await waitForFigures(opened, 6);
      // whatever shows a name when it is pointed at or opened does so
      await opened.evaluate(`(async () => {
        for (const fold of document.querySelectorAll("details")) fold.open = true;
        for (const plot of document.querySelectorAll(".js-plotly-plot")) {
          for (const [curveNumber, { xaxis = "x", yaxis = "y" }] of plot.data.entries()) {
            Plotly.Fx.hover(plot, [{ curveNumber, pointNumber: 0 }], xaxis + yaxis);
            await new Promise((resolve) => setTimeout(resolve, 20));
          }
        }
        for (const link of document.querySelectorAll("svg a, table a")) link.dispatchEvent(new MouseEvent("click"));
      })()`);
      assertEquals(await opened.evaluate("typeof window.taken"), "undefined");
      assertEquals(
        await opened.evaluate(`[...document.querySelectorAll("*")].flatMap((one) => [
        ...one.getAttributeNames().filter((name) => name.startsWith("on")),
        .../^(img|iframe|object|embed|base)$/i.test(one.tagName) ? [one.tagName] : [],
        ...[one.getAttribute("href"), one.getAttribute("xlink:href")].filter((link) => link && !/^(#|data:)/.test(link)),
      ])`),
        [],
      );
      assert(
        (await opened.evaluate<string>("document.title")).startsWith("Safe </script>"),
        "the title is not the text",
      );
      const legend = await opened.evaluate<string>("document.querySelector('.legendtext').textContent");
      assert(legend.includes("</script>") && legend.includes("&amp;") && legend.includes("&lt;img"), legend);
      assertEquals(opened.complaints, []);
    });
  },
});

Deno.test({
  name: inBrowser ? "page() sorts its tables by their heads, and back" : `page() sorting: ${leftOut}`,
  ignore: !inBrowser,
  fn: async () => {
    const records = syntheticAblation({ seeds: [1, 2], epochs: 2, distances: true, probe: 7 });
    await inPage(await page(records, { differences: pair }), async (opened) => {
      const table = (id: string): string => `document.querySelector("#${id} table.sortable")`;
      const column = (id: string, n: number): Promise<string[]> =>
        opened.evaluate(
          `[...${table(id)}.querySelectorAll("tbody tr")].map((row) => row.children[${n}].firstChild.data)`,
        );
      const click = (id: string, n: number): Promise<string> =>
        opened.evaluate(`(() => {
          const head = ${table(id)}.tHead.rows[0].cells[${n}];
          head.querySelector("button").click();
          return head.getAttribute("aria-sort");
        })()`);
      const original = await column("numbers", 0);
      assertEquals(original.at(-1), "trivial cues");
      assertEquals(await click("numbers", 1), "descending");
      const sorted = await column("numbers", 1);
      assertEquals(sorted.slice(0, -1), sorted.slice(0, -1).toSorted((a, b) => Number(b) - Number(a)));
      assertEquals((await column("numbers", 0)).at(-1), "trivial cues");
      assertEquals(await click("numbers", 1), "ascending");
      assertEquals((await column("numbers", 1)).slice(0, -1), sorted.slice(0, -1).reverse());
      assertEquals(await click("numbers", 1), "none");
      assertEquals(await column("numbers", 0), original);
      assertEquals(await click("numbers", 0), "ascending");
      assertEquals(await column("numbers", 0), [...original.slice(0, -1).toSorted(), "trivial cues"]);
      // signs and units do not make texts of numbers, and equal ones keep their order
      await click("differences", 1);
      const points = (await column("differences", 1)).map((text) => Number(text.replace("−", "-")));
      assertEquals(points, points.toSorted((a, b) => b - a));
      const runs = await column("runs", 0);
      await click("runs", 2);
      assertEquals(await column("runs", 2), ["2", "2", "2", "2", "1", "1", "1", "1"]);
      assertEquals((await column("runs", 0)).slice(0, 4), runs.filter((_, i) => i % 2 === 1));
      assertEquals(await opened.evaluate(`${table("runs")}.querySelectorAll("th[aria-sort=none]").length`), 7);
      assertEquals(opened.complaints, []);
    });
  },
});

Deno.test("page() draws robustness where a run was tested on spoilt images, and nothing of it elsewhere", async () => {
  const plain = await page([syntheticRecord({ name: "dual", generators: ["A", "B"] })]);
  assert(!plain.includes('id="robustness"'));
  const html = await page([altered(1, { "jpeg-50": 0.2, "jpeg-30": 0.7, "tiles-max-16": 0.1 })]);
  assert(html.includes('id="robustness"') && html.includes(">Robustness</h2>"));
});

Deno.test("page() tells accuracy with captions beside that with empty ones, where a run was asked both", async () => {
  const plain = await page([altered(1, { "jpeg-50": 0.2 })]);
  assert(!plain.includes('id="captions"'));
  const html = await page([altered(1, { "empty captions": 0.2 })]);
  assert(html.includes(">Captions</h2>") && html.includes("every caption empty"));
  assert(!html.includes('id="robustness"'));
});
