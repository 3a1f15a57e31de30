/** How often each fault was made to happen, how often the run came through, and how often something was lost. */
import { alignedText } from "../../lib/report/text.ts";
import { assertEquals, AssertionError } from "../assert.ts";
import type { Outcome } from "./world.ts";

interface Row {
  tried: number;
  recovered: number;
  lost: number;
  /** Why it cannot be made on this machine; null where it can. */
  impossible: string | null;
}

const rows = new Map<string, Row>();

/** Says that a fault has happened. */
export type Happened = (fault: string) => void;

/**
 * Counts the faults of one run. The body disturbs it, says each time what has happened, sees to it that the run is
 * finished all the same, and resolves to what it came to: data is lost where that is not what the undisturbed run
 * came to. A fault whose body fails in another way is not recovered from.
 *
 * @throws {AssertionError} when data is lost; otherwise as the body
 */
export async function suffer(want: Promise<Outcome>, body: (happened: Happened) => Promise<Outcome>): Promise<void> {
  const undisturbed = await want;
  const faults: Row[] = [];
  const got = await body((fault) => {
    const row = rowOf(fault);
    row.tried++;
    faults.push(row);
  });
  try {
    assertEquals(got, undisturbed);
  } catch (error) {
    for (const row of faults) row.lost++;
    throw new AssertionError(`the run did not end as the undisturbed one: ${(error as Error).message}`);
  }
  for (const row of faults) row.recovered++;
}

/** Says that a fault cannot be made here, and why. */
export function impossible(fault: string, why: string): void {
  rowOf(fault).impossible = why;
}

/** How often a fault was tried. */
export function timesTried(fault: string): number {
  return rows.get(fault)?.tried ?? 0;
}

/** All of it as a table for a terminal. */
export function faultTable(): string {
  const shown = [...rows];
  const numbers = (of: keyof Row): string[] => shown.map(([, row]) => row.impossible === null ? String(row[of]) : "–");
  const columns = [
    { title: "fault", cells: shown.map(([fault]) => fault) },
    { title: "times tried", cells: numbers("tried"), right: true },
    { title: "times recovered", cells: numbers("recovered"), right: true },
    { title: "data lost", cells: numbers("lost"), right: true },
  ];
  const reasons = shown.flatMap(([fault, { impossible }]) =>
    impossible === null ? [] : [`Not tried on this machine: ${fault}, since ${impossible}`]
  );
  return [alignedText(columns, { width: 120 }), ...reasons].join("\n");
}

function rowOf(fault: string): Row {
  const row = rows.get(fault) ?? { tried: 0, recovered: 0, lost: 0, impossible: null };
  rows.set(fault, row);
  return row;
}
