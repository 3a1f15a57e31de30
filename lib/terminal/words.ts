import { duration, thousands } from "../report/numbers.ts";
import type { EpochRow, Metrics, NonFiniteRow, ValidationRow } from "../types.ts";
import type { Speed } from "./pace.ts";

/** Steps that a shown loss is the mean of: a single one jumps. */
const RECENT = 10;

/**
 * Shares of waiting for images from which on they are told: in the line of an epoch, and in the line that moves, where
 * words are dear and a wait passes.
 */
const WAITED = 0.1;
const WAITING = 0.25;

/** Ids of a batch that a line names. */
const NAMED = 3;

/** A number with three digits. */
export function three(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return Math.abs(value) < 999.5 ? value.toPrecision(3) : value.toFixed(0);
}

/** Mean of the last few values of a loss term, but for those that are not finite, which get a line of their own. */
export function recent(values: readonly number[]): number {
  const last = values.slice(-RECENT).filter(Number.isFinite);
  return last.reduce((sum, value) => sum + value, 0) / last.length;
}

/** Named numbers one after another; the total of a loss is called loss. */
export function named(values: Metrics): string {
  return Object.entries(values).map(([name, value]) => `${name === "total" ? "loss" : name} ${three(value)}`)
    .join(", ");
}

/**
 * A speed in steps and images a second, and the waiting for images where that is much.
 *
 * @param rows images that enter the network in one step; null: not known
 */
export function speedWords({ stepsPerSecond, waiting }: Speed, rows: number | null): string {
  const images = rows === null ? "" : `, ${thousands(Math.round(stepsPerSecond * rows))} images/s`;
  return `${stepsPerSecond < 10 ? stepsPerSecond.toPrecision(2) : stepsPerSecond.toFixed(0)} steps/s${images}` +
    (waiting < WAITING ? "" : `, ${percent(waiting)} of it waiting for images`);
}

/** What an epoch came to: its losses and metrics, what it took, and whether the network waited. */
export function epochLine(name: string, { epoch, loss, validation, seconds, megabytes }: EpochRow): string {
  const waiting = seconds.data / (seconds.data + seconds.step);
  const took = [
    duration(seconds.data + seconds.step + seconds.evaluate),
    ...waiting >= WAITED ? [`${percent(waiting)} of training waiting for images`] : [],
    ...megabytes === null ? [] : [`${thousands(Math.round(Math.max(...Object.values(megabytes))))} MB`],
  ];
  return `${name}, epoch ${epoch}: ${named(loss)}${found(validation)} (${took.join(", ")})`;
}

/** What a validation within an epoch came to. */
export function validationLine(name: string, epoch: number, { step, validation }: ValidationRow): string {
  return `${name}, epoch ${epoch}, step ${step}${found(validation)}`;
}

function found(validation: Metrics): string {
  return Object.keys(validation).length === 0 ? "" : `; validation ${named(validation)}`;
}

/** Which step was not finite, in which terms, and on which images. */
export function nonFiniteLine(name: string, { step, loss, ids }: NonFiniteRow, skipped: boolean): string {
  const more = ids.length > NAMED ? ` and ${thousands(ids.length - NAMED)} more` : "";
  return `${name}, step ${step}${skipped ? " left out" : ""}: not finite (${named(loss)}), its batch held ` +
    `${ids.slice(0, NAMED).map((id) => `"${id}"`).join(", ")}${more}`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
