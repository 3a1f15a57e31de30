/** What of a run goes to TensorBoard: numbers of its events, and of its record. */
import type { RunHeader } from "../../runs/record.ts";
import type { RunEvent, ValidationRow } from "../../types.ts";
import type { Summary } from "./summary.ts";

/** An event of a run, of whose end the record is not needed. */
export type Said = Exclude<RunEvent, { kind: "done" }> | { readonly kind: "done" };

/** What an event has to show, and at which step. Losses stand below "loss", a validation's metrics below "validation". */
export function summariesOf(event: Said): { readonly step: number; readonly summaries: readonly Summary[] } {
  switch (event.kind) {
    case "step":
      return { step: event.row.step, summaries: scalars("loss", event.row.loss) };
    case "validation":
      return { step: event.row.step, summaries: judged(event.row) };
    case "epoch": {
      const { epoch, rate, loss, seconds, megabytes } = event.row;
      return {
        step: event.row.step,
        summaries: [
          ...scalars("epoch", { number: epoch, rate }),
          ...scalars("epoch/loss", loss),
          ...scalars("epoch/seconds", seconds),
          ...scalars("epoch/megabytes", megabytes ?? {}),
          ...judged(event.row),
        ],
      };
    }
    default:
      return { step: 0, summaries: [] };
  }
}

function judged({ validation, distances }: ValidationRow): Summary[] {
  return [...scalars("validation", validation), ...scalars("validation/distance", distances ?? {})];
}

/** Metrics of the test sets: `test/sd14/accuracy`. */
export function testSummaries(metrics: RunHeader["metrics"]): Summary[] {
  return Object.entries(metrics).flatMap(([set, numbers]) => scalars(`test/${set}`, numbers));
}

/** The definition, and where it was run, as text. */
export function textSummaries({ experiment, environment, id, started }: RunHeader): Summary[] {
  const { name, seed } = experiment;
  const about = [`run: ${id.slice(0, 12)}`, `name: ${name}`, `seed: ${seed}`, `began: ${started}`];
  return [
    { kind: "text", tag: "about", text: about.map((line) => `- ${line}`).join("\n") },
    { kind: "text", tag: "definition", text: code(experiment) },
    { kind: "text", tag: "environment", text: code(environment) },
  ];
}

/** JSON as a block of Markdown. */
function code(value: unknown): string {
  return JSON.stringify(value, null, 2).split("\n").map((line) => `    ${line}`).join("\n");
}

function scalars(prefix: string, numbers: object): Summary[] {
  return Object.entries(numbers).flatMap(([name, value]): Summary[] =>
    typeof value === "number" ? [{ kind: "scalar", tag: `${prefix}/${name}`, value }] : []
  );
}
