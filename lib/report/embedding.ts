import type { Data } from "plotly.js-dist";
import { type EmbeddedModel, groups, unitRows } from "./embedded.ts";
import { type Figure, figure, plotlyText } from "./figure.ts";
import { percent } from "./numbers.ts";
import { axisNames, panelLayout } from "./panels.ts";
import { principalPlane } from "./principal.ts";

/**
 * Embeddings of photographs, fakes and their reconstructions in the plane in which they differ most (principal
 * components of the unit vectors), a panel for each model: whether the kinds lie apart, contrastive alone beside dual.
 * Axes of two panels have nothing in common; the shares of the variance say how much the plane shows.
 *
 * @throws {RangeError} when there is no model, or one has fewer than three images
 *
 * @example
 * ```ts
 * import { plot } from "./mod.ts";
 *
 * const rows = [
 *   { id: "a", group: "real" as const, x: [1, 0, 0.1] },
 *   { id: "a", group: "realRec" as const, x: [0.2, 1, 0] },
 *   { id: "b", group: "fake" as const, x: [0, 1, 0.3] },
 *   { id: "b", group: "fakeRec" as const, x: [0, 1, 0.2] },
 * ];
 * plot.embedding([{ name: "contrastive-only", rows }, { name: "dual", rows }]);
 * ```
 */
export function embedding(models: readonly EmbeddedModel[]): Figure {
  if (models.length === 0) throw new RangeError("Cannot plot embeddings: found no model, expected at least one");
  const planes = models.map((model) => {
    const rows = unitRows(model);
    return { ...model, rows, plane: principalPlane(rows.map(({ x }) => x)) };
  });
  const data = planes.flatMap(({ rows, plane }, panel) =>
    groups.flatMap(({ group, name, colour, symbol }): Data[] => {
      const own = rows.flatMap((row, i) => row.group === group ? [i] : []);
      return own.length === 0 ? [] : [{
        type: "scatter",
        mode: "markers",
        name,
        legendgroup: group,
        showlegend: planes.findIndex((one) => one.rows.some((row) => row.group === group)) === panel,
        ...axisNames(panel),
        x: own.map((i) => Number(plane.x[i].toPrecision(4))),
        y: own.map((i) => Number(plane.y[i].toPrecision(4))),
        text: own.map((i) => plotlyText(rows[i].id)),
        hovertemplate: `%{text}<extra>${name}</extra>`,
        marker: { color: colour, symbol, size: 7, opacity: 0.75, line: { width: symbol.endsWith("open") ? 1.5 : 0 } },
      }];
    })
  );
  const axis = (i: 0 | 1): string[] =>
    planes.map(({ plane }) => `${["1st", "2nd"][i]} component, ${percent(plane.shares[i])} % of variance`);
  return figure(
    data,
    panelLayout(planes.map(({ name }) => `<b>${plotlyText(name)}</b>`), { across: axis(0), up: axis(1) }),
  );
}
