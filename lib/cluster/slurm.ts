import type { Place, Resources } from "./place.ts";

/** x */
export interface SlurmPlace extends Resources {
  readonly most: number | null;
  readonly threads: number | null;
  readonly known: number | null;
  readonly folder: string;
}
/** x */
export function slurmPlace(_options: SlurmPlace): Promise<Place> {
  throw new Error("later");
}
