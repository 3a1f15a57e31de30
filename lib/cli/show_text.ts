import type { Method } from "../report/methods.ts";
import { tellDefinitions } from "../report/definition.ts";
import { METRICS_NOTE, metricsText } from "../report/metrics_text.ts";
import { duration, percent, thousands } from "../report/numbers.ts";
import { alignedText, plural } from "../report/text.ts";
import type { RunHeader } from "../runs/record.ts";
import { printable } from "../terminal/width.ts";
import { epochsText, number, picturesText } from "./epochs_text.ts";
import { labelled } from "./labelled.ts";
import type { LookedAt } from "./one_run.ts";
import { shown } from "./places.ts";
import { type RunFile, sizeText } from "./run_files.ts";

/** What stands beside the record. */
export interface Beside {
  readonly files: readonly RunFile[];
  /** The runs folder as the user typed it; undefined: the usual one. */
  readonly runs?: string;
}

/** All of a run, for reading in a terminal. */
export function runText(run: LookedAt, { files, runs }: Beside): string {
  const { header } = run;
  const name = header?.experiment.name ?? run.folder.replace(/^.*[\\/]/, "").slice(0, -13);
  const sections: (readonly [title: string, text: string])[] = [
    [`${printable(name)}${header === null ? "" : `, seed ${header.experiment.seed}`}`, labelled(facts(run))],
    ...(header === null ? [] : recordSections(header)),
    ["Files", filesText(run.folder, files)],
    ["What next", nextSteps(run, runs).map(({ text, command }) => `  ${text}\n    ${command}`).join("\n")],
  ];
  return sections.filter(([, text]) => text !== "").map(([title, text]) => `${title}\n${text}`).join("\n\n");
}

function recordSections(header: RunHeader): (readonly [title: string, text: string])[] {
  const { history, best, metrics } = header;
  return [
    ["Definition", labelled(definition(header))],
    ["Epochs", history.length === 0 ? "  None has ended yet" : epochsText(history, best?.epoch ?? null)],
    ["Course", picturesText(history)],
    ["Test sets", Object.keys(metrics).length === 0 ? "" : `${metricsText(metrics)}\n\n${METRICS_NOTE}`],
    ["Steps that were left out", skippedText(header)],
    ["Images that could not be read", unreadableText(header)],
  ];
}

function facts(run: LookedAt): [string, string | null][] {
  const { header, shortId } = run;
  if (header === null) return [["id", `${shortId}…`], ["status", stateWords(run)]];
  const { id, fingerprint, data, environment, started, seconds, megabytes, best } = header;
  const { counterproof, deno, v8, system, backend, threads, packages, commit, hashes } = environment;
  const took = seconds > 0 ? `, ${duration(seconds)} of work` : "";
  return [
    ["id", id],
    ["fingerprint", fingerprint],
    ["data", data ?? "not known, the run is older than its identity"],
    ["status", stateWords(run)],
    ["error", header.error],
    ["began", `${started.slice(0, 19).replace("T", " ")} UTC${took}, ${thousands(Math.round(megabytes))} MB at most`],
    ["kept", best === null ? null : `epoch ${best.epoch}, step ${best.step}: ${best.checkpoint}`],
    ["threshold", thresholdWords(header)],
    ["made on", `${backend}, ${plural(threads, "thread")}; ${system}`],
    ["made with", `counterproof ${counterproof}, deno ${deno}, V8 ${v8}`],
    ["commit", commit === null ? "none, made outside a checkout" : commit.replace(/\+changes$/, " and changes to it")],
    ["packages", Object.entries(packages).map(([name, version]) => `${name} ${version}`).join(", ") || null],
    ["read", Object.entries(hashes).map(([name, hash]) => `${name} ${hash.slice(0, 12)}`).join(", ") || null],
  ];
}

/** Where fake begins, and how that was chosen; null where it is not known. */
function thresholdWords({ frozen }: RunHeader): string | null {
  if (frozen === null) return null;
  const { threshold, goal, real, fake, accuracy } = frozen.threshold;
  const best = typeof goal === "object"
    ? `at most ${percent(goal.fpr)} % of photographs called fake`
    : goal === "accuracy"
    ? "best accuracy"
    : "best balanced accuracy";
  const fit = frozen.calibration === null ? "" : `; calibrated: ${frozen.calibration.kind}`;
  return `fake above ${threshold.toPrecision(4)}, frozen on ${real + fake} validation images: ${best}, ${
    percent(accuracy)
  } %${fit}`;
}

function stateWords({ state, header, writer }: LookedAt): string {
  const who = writer === null || writer.pid === 0
    ? "another process"
    : `process ${writer.pid} on "${writer.host}" since ${writer.since.slice(0, 19).replace("T", " ")} UTC`;
  const reached = header === null || header.history.length === 0 ? "" : ` after epoch ${header.history.length}`;
  if (state === "running") return `running: ${who} writes it`;
  if (state === "interrupted") return `interrupted${reached}: it says that it is running, and no process holds it`;
  if (state === "unfinished") return "unfinished: it has no record yet, and no process holds it";
  if (state === "broken") return "broken: its record cannot be read";
  return `${state}${state === "done" ? "" : reached}${writer === null ? "" : `; ${who} writes to it`}`;
}

/** Field by field, what is set; tags as the last line. */
function definition({ experiment }: RunHeader): [string, string | null][] {
  const method = { name: experiment.name, records: [{ experiment }], trained: null } as unknown as Method;
  const lines = whole(experiment) ? tellDefinitions([method]) : [];
  const tags = Object.entries(experiment.tags ?? {}).map(([name, value]) => `${name} ${value}`).join(", ");
  return [
    ...lines.map(({ what, values: [{ text }] }): [string, string] => [what, text]),
    ["tags", tags === "" ? null : tags],
  ];
}

/** A record may come from anywhere; what is no definition is not told as one. */
function whole({ data, loss }: Partial<RunHeader["experiment"]>): boolean {
  return Array.isArray(data?.train) && Array.isArray(data.test) && typeof loss === "object" && loss !== null;
}

function skippedText({ skipped }: RunHeader): string {
  return skipped.map(({ step, epoch, loss, ids }) => {
    const terms = Object.entries(loss).map(([name, value]) => `${name} ${number(value)}`).join(", ");
    const batch = `"${ids.slice(0, 3).join('", "')}"${ids.length > 3 ? ` and ${ids.length - 3} more` : ""}`;
    return printable(`  step ${step}, epoch ${epoch}: ${terms}; the batch held ${batch}`);
  }).join("\n");
}

/** The first of them; the record has all. */
function unreadableText({ unreadable }: RunHeader): string {
  const shown = unreadable.slice(0, 10).map(({ split, reason }) => printable(`  ${split}: ${reason}`));
  const more = unreadable.length - shown.length;
  return [...shown, ...(more > 0 ? [`  and ${thousands(more)} more, which the record lists`] : [])].join("\n");
}

function filesText(folder: string, files: readonly RunFile[]): string {
  const total = sizeText(files.reduce((sum, { bytes }) => sum + bytes, 0));
  const table = files.length === 0 ? "" : "\n" + alignedText([
    { title: "file", cells: files.map(({ path }) => path), shrinks: true },
    { title: "size", cells: files.map(({ kind, bytes }) => kind === "file" ? sizeText(bytes) : kind), right: true },
  ]);
  return `  ${printable(shown(folder))}: ${plural(files.length, "file")}, ${total}${table}`;
}

/** What can be done with a run as it stands. */
export function nextSteps(run: LookedAt, runs?: string): { text: string; command: string }[] {
  const { state, shortId, header, folder } = run;
  const word = (typed: string): string => /^[\w./:\\-]+$/.test(typed) ? typed : JSON.stringify(typed);
  const where = runs === undefined ? "" : ` --runs ${word(runs)}`;
  const resume = header === null
    ? { text: "Begin it again, with the file that defines it:", command: "run FILE" }
    : { text: "Go on where it stopped:", command: `run ${word(shown(folder))}` };
  const evaluate = { text: "Score its checkpoint again, or on further test sets:", command: `evaluate ${shortId}` };
  const steps = state === "running" || state === "broken"
    ? [{ text: "See all runs:", command: "list" }]
    : state === "done"
    ? [{ text: "Set it beside other runs:", command: `compare ${shortId} OTHER` }, evaluate]
    : [resume, ...(header?.best ? [evaluate] : []), {
      text: "See what would be freed without it:",
      command: "clean --stopped",
    }];
  return steps.map(({ text, command }) => ({ text, command: `deno task ${command}${where}` }));
}
