import { abilities } from "../report/figure.ts";
import { ColumnTable } from "../report/table.ts";
import { DISPLAY } from "./displayable.ts";
import { figureBundle } from "./figure.ts";
import { waitForOutputs } from "./kernel.ts";
import { tableBundle } from "./table.ts";

/**
 * Lets tables and figures show themselves when they are a cell's last expression. Arquero's tables learn it on their
 * prototype, so that what `filter`, `derive` and the other verbs return knows it too; figures made from now on carry
 * it, and stay plain JSON.
 */
export function enableDisplays(): void {
  Object.defineProperty(ColumnTable.prototype, DISPLAY, {
    configurable: true,
    value(this: ColumnTable) {
      return tableBundle(this);
    },
  });
  abilities[DISPLAY] = function () {
    return figureBundle(this);
  };
  waitForOutputs();
}
