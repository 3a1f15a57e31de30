import { percent } from "../report/numbers.ts";
import { alignedText, type TextColumn } from "../report/text.ts";
import type { EpochRow, Metrics, Phases } from "../types.ts";

/** So many epochs have a line each; of more, the first and last, and the one that is kept. */
const LINES = 40;

/** How many of the first, where some are left out. */
const FIRST = 10;

/** Validation metrics that have a column. */
const JUDGED = ["accuracy", "balancedAccuracy", "auc"] as const;

/** A line for each epoch and each validation within one: losses and metrics, then time and memory by phase. */
export function epochsText(history: readonly EpochRow[], best: number | null): string {
  const shown = history.length <= LINES
    ? history
    : history.filter(({ epoch }, i) => i < FIRST || i >= history.length - (LINES - FIRST) || epoch === best);
  const terms = [...new Set(history.flatMap(({ loss }) => Object.keys(loss)))];
  const rows = shown.flatMap((row) => [
    ...(row.between ?? []).map(({ step, validation }) => ({ mark: "", step, loss: {}, rate: "", validation })),
    { mark: `${row.epoch}${row.epoch === best ? " ←" : ""}`, ...row, rate: row.rate.toPrecision(2) },
  ]);
  const lossOf = (loss: Readonly<Record<string, number>>, term: string): string =>
    loss[term] === undefined ? "" : number(loss[term]);
  const learning = alignedText([
    { title: "epoch", cells: rows.map(({ mark }) => mark) },
    { title: "step", cells: rows.map(({ step }) => `${step}`), right: true },
    { title: "rate", cells: rows.map(({ rate }) => rate), right: true },
    ...terms.map((term): TextColumn => ({
      title: term === "total" ? "loss" : term,
      cells: rows.map(({ loss }) => lossOf(loss, term)),
      right: true,
      shrinks: true,
    })),
    ...judged(history).map(([name, title]): TextColumn => ({
      title,
      cells: rows.map(({ validation }) => validation[name] === undefined ? "" : percent(validation[name])),
      right: true,
    })),
  ]);
  const costs = alignedText([
    { title: "epoch", cells: shown.map(({ epoch }) => `${epoch}`) },
    ...phases("s", shown.map(({ seconds }) => seconds), (value) => value.toFixed(value < 10 ? 2 : 1)),
    ...(shown.some(({ megabytes }) => megabytes)
      ? phases("MB", shown.map(({ megabytes }) => megabytes), (value) => `${Math.round(value)}`)
      : []),
  ]);
  const left = history.length - shown.length;
  const notes = [
    ...(best === null ? [] : ["← the epoch that is kept"]),
    ...(left === 0 ? [] : [`${left} of ${history.length} epochs are left out, --json has them`]),
  ];
  return [learning, ...(notes.length === 0 ? [] : [`  ${notes.join("; ")}`]), `\n${costs}`].join("\n");
}

function judged(history: readonly EpochRow[]): [name: string, title: string][] {
  const titles = { accuracy: "accuracy %", balancedAccuracy: "balanced %", auc: "AUC %" };
  return JUDGED.filter((name) => history.some(({ validation }) => validation[name] !== undefined))
    .map((name) => [name, titles[name]]);
}

function phases(unit: string, rows: readonly (Phases | null)[], tell: (value: number) => string): TextColumn[] {
  return (["data", "step", "evaluate"] as const).map((phase) => ({
    title: `${phase === "step" ? "steps" : phase === "evaluate" ? "judging" : phase} ${unit}`,
    cells: rows.map((row) => row === null ? "" : tell(row[phase])),
    right: true,
  }));
}

/** Total loss and validation metrics over the epochs as rows of blocks; nothing of fewer than two epochs. */
export function picturesText(history: readonly EpochRow[]): string {
  if (history.length < 2) return "";
  const metric = (name: keyof Metrics) => history.map(({ validation }) => validation[name]);
  const lines: [title: string, values: readonly number[], tell: (value: number) => string][] = [
    ["loss", history.map(({ loss }) => loss.total), number],
    ...judged(history).map(([name, title]): [string, readonly number[], (value: number) => string] => [
      title.replace(" %", ""),
      metric(name),
      (value) => `${percent(value)} %`,
    ]),
  ];
  const width = Math.max(...lines.map(([title]) => title.length));
  return lines.map(([title, values, tell]) =>
    `  ${title.padEnd(width)}  ${sparkline(values)}  ${tell(values[0])} → ${tell(values[values.length - 1])}`
  ).join("\n");
}

const BLOCKS = "▁▂▃▄▅▆▇█";

/**
 * Values as blocks between their least and their largest, "·" where one is no number.
 *
 * @param columns most blocks; of more values every block is the last of its share
 */
export function sparkline(values: readonly number[], { columns = 60 } = {}): string {
  const count = Math.min(columns, values.length);
  const taken = Array.from({ length: count }, (_, i) => values[Math.ceil((i + 1) * values.length / count) - 1]);
  const finite = taken.filter(Number.isFinite);
  const [least, most] = [Math.min(...finite), Math.max(...finite)];
  return taken.map((value) => {
    if (!Number.isFinite(value)) return "·";
    if (most === least) return BLOCKS[0];
    return BLOCKS[Math.round((value - least) / (most - least) * (BLOCKS.length - 1))];
  }).join("");
}

/** A number with four digits that count; what is none as it is. */
export function number(value: number): string {
  return Number.isFinite(value) ? Number(value.toPrecision(4)).toString() : String(value);
}
