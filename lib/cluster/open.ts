import { join } from "node:path";
import type { RunOptions } from "../run.ts";
import { localPlace } from "./local.ts";
import type { Place, Resources, Where } from "./place.ts";
import { slurmPlace } from "./slurm.ts";
import type { Standee } from "./rows.ts";

/** Opens where the runs of a sweep go. */
export async function placeFor(
  { where: { kind, most }, resources, standees, options }: {
    readonly where: Where;
    readonly resources: Resources;
    readonly standees: readonly Standee[];
    readonly options: Pick<RunOptions, "threads" | "backend" | "runs">;
  },
): Promise<Place> {
  const { threads = null, backend = "auto", runs = "runs" } = options;
  const known = (): number | null => {
    const seen = standees.flatMap(({ megabytes }) => megabytes ?? []);
    return seen.length === 0 ? null : Math.max(...seen);
  };
  if (kind === "slurm") return await slurmPlace({ ...resources, most, threads, known, folder: join(runs, "slurm") });
  return localPlace({
    ...resources,
    ...{ most, threads, known, tasks: standees.length },
    onGpus: backend === "auto" || backend === "tensorflow",
    settled: (task) => {
      const one = standees.find((standee) => standee.task === task);
      return one === undefined || one.standing?.kind === "ended" || (one.watch?.state.terms.size ?? 0) > 0;
    },
  });
}
