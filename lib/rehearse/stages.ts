/** What each command of a rehearsal has to come to. */
import { plural } from "../report/text.ts";
import type { RunEvent } from "../types.ts";
import type { Ended } from "./command.ts";

/** Whether a stage went well, and what was found or what went wrong. */
export interface Judged {
  readonly ok: boolean;
  readonly found: string;
}

/** Judges a command by the one value of JSON that it printed; one that did not end well has printed none. */
export function printed<T>(judge: (value: T) => Judged): (ended: Ended) => Judged {
  return (ended) => {
    if (ended.code !== 0) return { ok: false, found: failure(ended) };
    return judge(JSON.parse(ended.out.trim().split("\n").at(-1)!));
  };
}

/** The error that ended a command: the last line that it complained. */
export function failure({ code, err, killed }: Ended): string {
  const lines = err.split("\n").filter((line) => line.trim() !== "");
  return `exit code ${killed ? "of SIGKILL" : code}: ${lines.slice(-12).join("\n") || "it said nothing"}`;
}

/** `data fetch`: every address gives a photograph. */
export function judgeFetch(
  splits: Readonly<Record<string, { readonly total: number; readonly there: number }>>,
): Judged {
  const counts = Object.entries(splits);
  const lacking = counts.some(([, { total, there }]) => there < total);
  const found = counts.map(([split, { total, there }]) => `${there} of ${total} photographs to ${split}`).join(", ");
  return { ok: counts.length > 0 && !lacking, found };
}

/** `data index`: every file is an image. */
export function judgeIndex(
  sets: readonly { readonly rows: number; readonly missing: unknown; readonly problems: unknown }[],
): Judged {
  const rows = sets.reduce((sum, set) => sum + set.rows, 0);
  const problems = sets.map(({ problems }) => problems).flat();
  return {
    ok: rows > 0 && problems.length === 0,
    found: `${plural(rows, "image")}, ${plural(problems.length, "problem")}`,
  };
}

/** `audit`: a verdict, whatever it is: made-up photographs are JPEG and fakes PNG, as published ones are. */
export function judgeAudit(
  { verdict, probe }: { readonly verdict: string; readonly probe: { readonly auc: number } | null },
): Judged {
  return { ok: true, found: `${verdict}, AUC of headers alone ${probe === null ? "none" : probe.auc?.toFixed(2)}` };
}

/** `reconstruct`: something was made, of all that was asked for. */
export function judgeReconstruct(
  { made }: {
    readonly made: readonly {
      readonly part: { readonly kind: string };
      readonly total: number;
      readonly made: number;
      readonly unreadable: readonly unknown[];
    }[];
  },
): Judged {
  const ok = made.length > 0 && made.every((one) => one.made === one.total && one.unreadable.length === 0);
  return { ok, found: made.map((one) => `${one.part.kind}: ${one.made} of ${one.total} made`).join(", ") };
}

/** Events that `run --json` printed, those of moves of its bar left out. */
export function eventsOf({ out }: Pick<Ended, "out">): RunEvent[] {
  return out.split("\n").flatMap((line) => {
    try {
      const value = JSON.parse(line);
      return typeof value?.kind === "string" ? [value as RunEvent] : [];
    } catch {
      return []; // a line that the kill cut off
    }
  });
}

/** The rows of steps among events, by step. */
export function stepsOf(events: readonly RunEvent[]): Map<number, Readonly<Record<string, number>>> {
  return new Map(events.flatMap((event) => event.kind === "step" ? [[event.row.step, event.row.loss] as const] : []));
}

/** The training that was killed: it had come to its third step, and every loss is a number. */
export function judgeKilled(ended: Ended, last: number): Judged {
  if (!ended.killed) return { ok: false, found: failure(ended) };
  const steps = stepsOf(eventsOf(ended));
  const losses = [...steps.values()].map(({ total }) => total);
  const ok = steps.has(last) && losses.every((loss) => Number.isFinite(loss));
  return { ok, found: `killed after step ${last}; losses ${losses.map((loss) => loss?.toFixed(4)).join(", ")}` };
}

/** The training that was taken up: from a checkpoint before the kill, with the losses that it had then, to its end. */
export function judgeResumed(ended: Ended, before: Ended, last: number): Judged {
  if (ended.code !== 0) return { ok: false, found: failure(ended) };
  const events = eventsOf(ended);
  const start = events.find((event) => event.kind === "start");
  if (start === undefined || start.step === 0) return { ok: false, found: "it began anew, expected it to go on" };
  if (start.step >= last) {
    return { ok: false, found: `it went on from step ${start.step}, expected one before ${last}` };
  }
  const [was, is] = [stepsOf(eventsOf(before)).get(last)!, stepsOf(events).get(last)];
  if (JSON.stringify(is) !== JSON.stringify(was)) {
    return { ok: false, found: `step ${last} lost ${JSON.stringify(is)}, before the kill ${JSON.stringify(was)}` };
  }
  const done = events.at(-1)?.kind === "done";
  return {
    ok: done,
    found: `from step ${start.step}; step ${last} lost ${was.total.toFixed(4)} again${done ? ", done" : ""}`,
  };
}

/** The threshold that the run froze on its validation split, as its last event tells it. */
export function judgeThreshold(ended: Ended): Judged {
  const last = eventsOf(ended).at(-1);
  const frozen = last?.kind === "done" ? last.record.frozen : null;
  if (frozen === null) return { ok: false, found: "the record has no threshold" };
  const { threshold: { threshold, real, fake }, calibration } = frozen;
  const how = calibration === null ? "" : `, calibrated by ${calibration.kind}`;
  return { ok: Number.isFinite(threshold), found: `${threshold.toFixed(4)}, of ${real} real and ${fake} fake${how}` };
}

/** `evaluate`: every test set that the definition names, with the accuracy that the record has. */
export function judgeSets({ sets, agreement }: {
  readonly sets: readonly { readonly set: string; readonly role: string }[];
  readonly agreement: { readonly accuracyEqual: boolean } | null;
}): Judged {
  const names = [...new Set(sets.filter(({ role }) => !role.startsWith("mean")).map(({ set }) => set))];
  const agrees = agreement?.accuracyEqual === true;
  const told = `${plural(names.length, "test set")}, ${agrees ? "scored as" : "scored otherwise than"} in the run`;
  return { ok: names.length > 0 && agrees, found: `${told}: ${names.join(", ")}` };
}

/** `report`: a page of the one run. */
export function judgeReport({ runs, methods }: { readonly runs: number; readonly methods: number }): Judged {
  return { ok: runs === 1, found: `a page of ${plural(runs, "run")} of ${plural(methods, "method")}` };
}

/** `run --dry-run`: nothing is missing any more. */
export function judgePlan({ plans, missing }: {
  readonly plans: readonly { readonly steps: number | null }[];
  readonly missing: readonly unknown[];
}): Judged {
  return { ok: missing.length === 0, found: `nothing missing, ${plans[0].steps} steps planned` };
}

/** The folder of the run that a command has finished, as its last event names it. */
export function runOf(ended: Ended): string {
  const last = eventsOf(ended).at(-1) as { readonly folder?: string } | undefined;
  return last?.folder ?? "";
}
