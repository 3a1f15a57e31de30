/** Where the gate's files lie. */
import { join } from "node:path";

/** Of the repository. */
export const ROOT = join(import.meta.dirname!, "../..");

/** What is committed: the ratios that are compared with, and all that were measured. */
export const files = {
  baseline: join(ROOT, "bench/baseline.json"),
  history: join(ROOT, "bench/history.jsonl"),
} as const;
