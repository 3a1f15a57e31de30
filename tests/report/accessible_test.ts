// deno-lint-ignore no-import-prefix -- for this test alone: in deno.json it would stand in the environment of every record
import axe from "npm:axe-core@4.14.1/axe.min.js" with { type: "text" };
import { page } from "../../lib/report/page.ts";
import { assert, assertEquals } from "../assert.ts";
import { browserNames, findBrowser, inPage, waitForFigures } from "../browser.ts";
import { syntheticAblation, twentyRuns } from "./records.ts";

const inBrowser = findBrowser() !== null;
const leftOut = `LEFT OUT, found none of ${browserNames.join(", ")} on this machine`;

/** What a figure, a table or a fold may hold, of two methods and two seeds. */
const records = syntheticAblation({ seeds: [1, 2], epochs: 3, distances: true, probe: 7 });

Deno.test({
  name: inBrowser
    ? "page() breaks no rule of axe-core, light or dark, wide or narrow, folded up or open"
    : `page() under axe-core: ${leftOut}`,
  ignore: !inBrowser,
  fn: async () => {
    await inPage(await page(records), async (opened) => {
      await waitForFigures(opened, 6);
      await opened.evaluate(`${axe as unknown as string};0`);
      for (const [width, scheme, open] of [[1200, "light", false], [700, "dark", true], [360, "light", true]]) {
        await opened.send("Emulation.setEmulatedMedia", {
          features: [{ name: "prefers-color-scheme", value: scheme }],
        });
        const size = { width, height: 900, deviceScaleFactor: 1, mobile: false };
        await opened.send("Emulation.setDeviceMetricsOverride", size);
        await opened.evaluate(`document.querySelectorAll("details").forEach((fold) => fold.open = ${open})`);
        const found = await opened.evaluate(`axe.run(document, { resultTypes: ["violations"] }).then(
          ({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ": " + html)))`);
        assertEquals([width, scheme, found], [width, scheme, []]);
        assertEquals(await opened.evaluate("document.documentElement.scrollWidth"), width);
      }
      assertEquals(opened.complaints, []);
    });
  },
});

Deno.test({
  name: inBrowser ? "page() is walked through by keyboard, with the focus seen" : `page() by keyboard: ${leftOut}`,
  ignore: !inBrowser,
  fn: async () => {
    await inPage(await page(records), async (opened) => {
      await waitForFigures(opened, 6);
      const press = async (key: string, code = key): Promise<void> => {
        const text = key === "Enter" ? { text: "\r" } : {};
        await opened.send("Input.dispatchKeyEvent", { type: "keyDown", key, code, ...keyCode[key], ...text });
        await opened.send("Input.dispatchKeyEvent", { type: "keyUp", key, code, ...keyCode[key] });
      };
      const focus = (): Promise<{ text: string; seen: boolean; inView: boolean }> =>
        opened.evaluate(`(() => {
          const one = document.activeElement;
          const { left, width } = one.getBoundingClientRect();
          const { outlineStyle, outlineWidth } = getComputedStyle(one);
          const seen = outlineStyle !== "none" && parseFloat(outlineWidth) > 0;
          return { text: one.textContent.trim().slice(0, 40), seen, inView: left >= 0 && width > 1 };
        })()`);
      await press("Tab");
      assertEquals(await focus(), { text: "Past the contents", seen: true, inView: true });
      await press("Enter");
      assertEquals(await opened.evaluate("document.activeElement.id"), "definition");
      await press("Tab"); // the table that may scroll
      await press("Tab");
      assertEquals(await focus(), { text: "Where", seen: true, inView: true });
      await press("Enter");
      assertEquals(await opened.evaluate("document.activeElement.closest('th').ariaSort"), "ascending");
      const stops = await opened.evaluate<number>("document.querySelectorAll('a, button, summary, [tabindex]').length");
      for (let i = 0; i < stops && (await focus()).text !== "Average precision, %"; i++) await press("Tab");
      await press("Enter");
      assert(await opened.evaluate("document.activeElement.closest('details').open"), "Enter opens no fold");
    });
  },
});

Deno.test("page() has headings in order, a caption for each table and words for each figure", async () => {
  const html = await page(records);
  const levels = [...html.matchAll(/<h([1-6])[ >]/g)].map(([, level]) => Number(level));
  assertEquals(levels.filter((level) => level === 1).length, 1);
  assert(levels.every((level, i) => i === 0 ? level === 1 : level <= levels[i - 1] + 1), `headings are ${levels}`);
  const count = (pattern: RegExp): number => [...html.matchAll(pattern)].length;
  assertEquals(count(/<table/g), count(/<caption>[^<]{10,}<\/caption>/g));
  assertEquals(count(/<th>/g), 0, "heads say of what");
  assertEquals(count(/<figure>/g), count(/<figcaption id="[^"]+">[^<]{10,}</g));
  // the numbers of the first and of those about scores stand in tables of the page
  assertEquals(count(/<figure>/g) - 3, count(/<summary>The figure in numbers</g));
});

Deno.test({
  name: inBrowser ? "page() of twenty runs opens without a complaint" : `page() of twenty runs: ${leftOut}`,
  ignore: !inBrowser,
  fn: async () => {
    const html = await page(twentyRuns());
    assert(html.includes("<h1>What does λ change: 0, 0.1, 0.2, 0.3 or 0.4?</h1>"), html.slice(0, 2000));
    await inPage(html, async (opened) => {
      await waitForFigures(opened, 6);
      assertEquals(opened.complaints, []);
    });
  },
});

const keyCode: Readonly<Record<string, { readonly windowsVirtualKeyCode: number }>> = {
  Tab: { windowsVirtualKeyCode: 9 },
  Enter: { windowsVirtualKeyCode: 13 },
};
