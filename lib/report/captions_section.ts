import { EMPTY_CAPTIONS } from "./captions.ts";
import { corruptionRows } from "./corruptions.ts";
import { note, type Section } from "./document.ts";
import { join } from "./html.ts";
import type { Method } from "./methods.ts";
import { percentInterval } from "./numbers.ts";
import { type Cell, sortableHtml } from "./sortable.ts";

/** Accuracy with captions beside that with empty ones, of methods that were asked both; nothing elsewhere. */
export function captionsSection(methods: readonly Method[]): Section[] {
  const rows = methods.flatMap(({ name, records }) => {
    const means = corruptionRows(records, { metric: "accuracy" }).filter(({ set }) => set === "mean");
    const [given, empty] = [null, EMPTY_CAPTIONS].map((done) => means.find(({ name }) => name === done)?.metric);
    return given === undefined || empty === undefined ? [] : [{ name, cells: [given, empty] }];
  });
  if (rows.length === 0) return [];
  return [{
    id: "captions",
    title: "Captions",
    body: join([
      sortableHtml({
        caption: "A row for each method that reads captions: its accuracy over all test sets, %, with 95 % intervals.",
        corner: "method",
        columns: [{ title: "captions as they are" }, { title: "every caption empty" }],
        rows: rows.map(({ name, cells }) => ({
          head: { text: name },
          cells: cells.map(({ value, low, high }): Cell => ({ text: percentInterval(value, low, high), value })),
        })),
      }),
      note("What is lost without captions was told by these, not by the images. A photograph that is judged has none."),
    ]),
  }];
}
