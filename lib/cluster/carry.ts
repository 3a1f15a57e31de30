/** Carries runs to the end of an epoch, or to their own, in processes somewhere. */
import { setTimeout as pause } from "node:timers/promises";
import type { RunOptions } from "../run.ts";
import { sweptTask } from "./job.ts";
import { ENDS, type Place, type Task } from "./place.ts";
import { handedOver, hasReached, readStanding, type Standee, wordsOf } from "./rows.ts";

/** How runs are carried. */
export interface Carry {
  readonly place: Place;
  /** Epoch; null: to their end. */
  readonly until: number | null;
  /** Where and how each runs. */
  readonly options: Omit<RunOptions, "signal" | "detached" | "fresh">;
  /** Crashes at one place after which a run is given up. */
  readonly tries: number;
  readonly signal?: AbortSignal;
}

/** What is told on the way. */
export type CarryEvent =
  | { readonly kind: "look" }
  | { readonly kind: "notice"; readonly text: string }
  | { readonly kind: "ended"; readonly standee: Standee };

/** A look may take this share of the time at most: files of a thousand runs on a network disk are slow to ask for. */
const TIMES = 20;

/**
 * Hands over all runs that are not there yet, and looks at them until all have ended. A run that has told why it fails is
 * not tried again; one whose process died without a word goes on from its checkpoint, unless that happens `tries` times
 * and it gets no further.
 *
 * @throws {DOMException} "AbortError" when `signal` stops it; the place is to be stopped then
 */
export async function* carry(standees: readonly Standee[], how: Carry): AsyncGenerator<CarryEvent, void> {
  const { place, until, signal } = how;
  const open = new Set(standees.filter((one) => one.status !== "failed" && !hasReached(one, until)));
  const task = ({ run: { experiment, folder } }: Standee): Task => {
    const last = until !== null && until >= (experiment.epochs ?? Infinity);
    return sweptTask({ experiment, options: how.options, until: last ? null : until, folder, leash: place.leash });
  };
  for (const standee of open) await handedOver(standee, task(standee));
  if (open.size > 0) await place.add([...open].map((one) => one.task!));
  while (open.size > 0) {
    signal?.throwIfAborted();
    const began = performance.now();
    const standings = await place.look();
    const again: Standee[] = [];
    for (const standee of open) {
      const standing = standings.get(standee.task!) ?? null;
      standee.standing = standing;
      if (standing === null || standing.kind === "waiting") continue;
      for (const { text, about } of await standee.watch!.look()) {
        if (about === "notice") yield { kind: "notice", text };
      }
      if (standing.kind === "going") {
        standee.status = "running";
        continue;
      }
      const words = await concluded(standee, { ...how, code: standing.code, why: standing.why });
      if (words !== null) yield { kind: "notice", text: words };
      if (standee.status === "waiting") again.push(standee);
      else open.delete(standee);
      if (standee.status === "done" || standee.status === "failed") yield { kind: "ended", standee };
    }
    for (const standee of again) await handedOver(standee, standee.task!);
    if (again.length > 0) await place.add(again.map((one) => one.task!));
    yield { kind: "look" };
    if (open.size === 0) return;
    const milliseconds = Math.max(place.every, TIMES * (performance.now() - began));
    await pause(milliseconds, undefined, { signal }).catch(() => {});
  }
}

/** What has become of a run whose process ended, as its record has it; a sentence where that should be known. */
async function concluded(
  standee: Standee,
  { until, tries, signal, code, why }: Carry & { readonly code: number | null; readonly why: string | null },
): Promise<string | null> {
  const { run: { experiment: { name, seed } }, watch, crashes } = standee;
  const header = await readStanding(standee);
  standee.standing = null;
  const called = `${name}, seed ${seed}`;
  if (hasReached(standee, until)) {
    if (standee.status !== "done") standee.status = "paused";
    return null;
  }
  const fail = (error: string): null => {
    Object.assign(standee, { status: "failed", error });
    return null;
  };
  if (code === ENDS.refused) return fail(header?.error ?? `it could not begin${await wordsOf(standee)}`);
  if (code === ENDS.stopped) {
    return fail(
      signal?.aborted ? "it was stopped" : "somebody stopped it. The same command goes on from its checkpoint",
    );
  }
  const step = watch?.state.step ?? 0;
  const count = step > crashes.step ? 1 : crashes.count + 1;
  standee.crashes = { count, step };
  const how = why ?? (code === null ? "it is gone without a word" : `it ended with code ${code}`);
  if (count >= tries) {
    return fail(`its process died ${count} times after step ${step} (${how})${await wordsOf(standee)}`);
  }
  standee.status = "waiting";
  return `${called}: its process died after step ${step} (${how}); it goes on from its last checkpoint`;
}
