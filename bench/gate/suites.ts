/** The bench files that are watched, and on which backends. */

/** A bench file on a backend: what one process measures. */
export interface Suite {
  /** Name of the file in `bench`. */
  readonly file: string;
  /** Of the engine; null: it uses none. */
  readonly backend: "wasm" | "tensorflow" | null;
}

const engines = ["wasm", "tensorflow"] as const;

/** By file; every `*_bench.ts` stands here, or below. */
const watched: Readonly<Record<string, readonly Suite["backend"][]>> = {
  "kernels_bench.ts": engines,
  "step_bench.ts": engines,
  "losses_bench.ts": engines,
  "data_bench.ts": [null],
  "augment_bench.ts": [null],
  "noise_bench.ts": [null],
  "reconstruct_bench.ts": [null],
  "metrics_bench.ts": [null],
  "report_bench.ts": [null],
  "cli_bench.ts": [null],
};

/** Why a bench file is not watched. */
export const unwatched: Readonly<Record<string, string>> = {
  "runs_bench.ts": "makes ten thousand runs first, and is judged by the disk",
};

/** All suites; on tensorflow only where it is built, and not in the short form. */
export function suites(
  { form, tensorflow }: { readonly form: "short" | "full"; readonly tensorflow: boolean },
): readonly Suite[] {
  return Object.entries(watched).flatMap(([file, backends]) =>
    backends.filter((backend) => backend !== "tensorflow" || (tensorflow && form === "full"))
      .map((backend): Suite => ({ file, backend }))
  );
}

/** What a suite is called: "kernels on wasm". */
export function titleOf({ file, backend }: Suite): string {
  const stem = file.replace("_bench.ts", "");
  return backend === null ? stem : `${stem} on ${backend}`;
}

/** The name of a bench among all: "kernels on wasm: softmax of attention: fused". */
export function nameOf(suite: Suite, { group, name }: { readonly group: string; readonly name: string }): string {
  return [titleOf(suite), group, name].filter((part) => part !== "").join(": ");
}

/** The title of the suite that a bench's name begins with. */
export function suiteOf(name: string): string {
  return name.slice(0, name.indexOf(": "));
}
