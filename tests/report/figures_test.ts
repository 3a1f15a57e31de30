/** Every figure on a page in a real browser: drawn, without a complaint, and with no text over another. */
import { document, figureHtml } from "../../lib/report/document.ts";
import { assertEquals } from "../assert.ts";
import { browserNames, type BrowserPage, findBrowser, openPage, waitForFigures } from "../browser.ts";
import { everyFigure } from "./figures.ts";

const inBrowser = findBrowser() !== null;

Deno.test({
  name: inBrowser
    ? "every figure is drawn in a browser, wide and narrow, and no text of it lies over another or beyond its edge"
    : `every figure in a browser: LEFT OUT, found none of ${browserNames.join(", ")} on this machine`,
  ignore: !inBrowser,
  fn: async () => {
    const figures = Object.entries(everyFigure());
    const html = await document({
      title: "Every figure",
      lead: "Made-up numbers.",
      answer: [],
      sections: figures.map(([name, figure]) => ({
        id: name,
        title: name,
        body: figureHtml(name, { figure, caption: name }),
      })),
      version: "0",
    });
    const folder = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(`${folder}/page.html`, html);
      await using page = await openPage(`${folder}/page.html`, `${folder}/profile`);
      await waitForFigures(page, figures.length);
      for (const width of [1200, 700]) {
        await resize(page, width);
        assertEquals(await page.evaluate(`(${faults})()`), [], `at ${width} pixels`);
      }
      assertEquals(page.complaints, []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

/** Sets the width of the page and waits until every figure has taken it. */
async function resize(page: BrowserPage, width: number): Promise<void> {
  const size = { width, height: 1000, deviceScaleFactor: 1, mobile: false };
  await page.send("Emulation.setDeviceMetricsOverride", size);
  const settled = `[...document.querySelectorAll(".js-plotly-plot")].every((plot) =>
    Math.abs(plot.clientWidth - plot.querySelector(".main-svg").clientWidth) < 2)`;
  for (let i = 0; i < 200 && !await page.evaluate(settled); i++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await new Promise((resolve) => setTimeout(resolve, 300)); // for the last of them to end its drawing
}

/** Runs in the page: pairs of texts that lie over one another, and texts beyond their figure's edge. */
const faults = `() => {
  const found = [];
  for (const section of document.querySelectorAll("section")) {
    const edge = section.querySelector(".main-svg").getBoundingClientRect();
    const kinds = { note: ".annotation-text", legend: ".legendtext", title: "[class^=g-] text", tick: ".xtick text, .ytick text, .crisp text" };
    const texts = Object.entries(kinds).flatMap(([kind, selector]) => [...section.querySelectorAll(selector)].map((text) => {
      const { left, right, top, bottom } = text.getBoundingClientRect();
      return { kind, text: text.textContent, left, right, top, bottom, turned: /rotate\\(-?[1-8]\\d?[,)]/.test(text.getAttribute("transform") ?? "") };
    })).filter(({ left, right }) => right > left);
    for (const [i, a] of texts.entries()) {
      if (a.left < edge.left - 1 || a.right > edge.right + 1 || a.top < edge.top - 1 || a.bottom > edge.bottom + 1) {
        found.push(section.id + ": " + a.text + " is beyond the edge");
      }
      for (const b of texts.slice(i + 1)) {
        if (a.turned && b.turned) continue; // the boxes of slanted texts overlap, the texts do not
        const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (across > 2 && down > 4) found.push(section.id + ": " + a.text + " and " + b.text);
      }
    }
  }
  return found;
}`;
