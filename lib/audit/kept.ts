/** An audit kept beside a run, so that a report of the run can show it. */
import { join } from "node:path";
import { ifThere } from "../if_there.ts";
import { writeAtomic } from "../runs/atomic.ts";
import type { Audit } from "./audit.ts";

/** Name of its file in the run's folder. */
export const AUDIT = "audit.json";

/** The form in which audits are kept. */
const FORMAT = 1;

/** What an audit found, and of how much. */
export interface KeptAudit {
  /** When it ended, ISO 8601. */
  readonly made: string;
  /** At most so many images of each group were looked at; null: all. */
  readonly limit: number | null;
  readonly headersOnly: boolean;
  readonly found: Audit;
}

/** Keeps an audit of a run's data in the run's folder, in place of an earlier one. */
export async function keepAudit(folder: string, audit: KeptAudit): Promise<void> {
  await writeAtomic(join(folder, AUDIT), JSON.stringify({ format: FORMAT, ...audit }));
}

/**
 * The audit kept in a run's folder; null where there is none.
 *
 * @throws {SyntaxError | RangeError} when it is damaged or of another form; names the file
 */
export async function readKeptAudit(folder: string): Promise<KeptAudit | null> {
  const file = join(folder, AUDIT);
  const text = await ifThere(Deno.readTextFile(file));
  if (text === null) return null;
  const again = "make it anew with deno task audit and the run's folder, or remove it";
  let kept: (KeptAudit & { readonly format?: unknown }) | null;
  try {
    kept = JSON.parse(text);
  } catch (cause) {
    throw new SyntaxError(`Cannot read the audit in "${file}": it is no JSON; ${again}`, { cause });
  }
  if (kept?.format === FORMAT) return kept;
  throw new RangeError(
    `Cannot read the audit in "${file}": it is of format ${JSON.stringify(kept?.format)}, expected ${FORMAT}; ${again}`,
  );
}
