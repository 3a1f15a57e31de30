// deno-lint-ignore-file no-console -- a bench reports on the console
/**
 * How long a report of twenty runs takes to be written, and to open in Chromium: until it is loaded and can be read, and
 * until the last figure is drawn. The goal is under 2 s. Five times; a browser's first page is told too.
 */
import { page } from "../lib/report/page.ts";
import { findBrowser, openPage, waitForFigures } from "../tests/browser.ts";
import { twentyRuns } from "../tests/report/records.ts";

const records = twentyRuns();
const began = performance.now();
const html = await page(records);
const written = performance.now() - began;
console.log(`${records.length} runs, ${(html.length / 1e6).toFixed(1)} MB, written in ${written.toFixed(0)} ms`);
if (findBrowser() === null) throw new Error("Cannot open the page: found no Chromium. Install it, as with apt-get");

for (let i = 0; i < 5; i++) {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/page.html`, html);
    await using opened = await openPage(`${folder}/page.html`, `${folder}/profile`);
    await waitForFigures(opened, 6);
    const [loaded, drawn] = await opened.evaluate<number[]>(`new Promise((resolve) => {
      const look = () => {
        const [mark] = performance.getEntriesByName("figures");
        const [navigation] = performance.getEntriesByType("navigation");
        if (mark === undefined) setTimeout(look, 10);
        else resolve([navigation.loadEventEnd, mark.startTime]);
      };
      look();
    })`);
    console.log(`loaded after ${loaded.toFixed(0)} ms, last figure drawn after ${drawn.toFixed(0)} ms`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
