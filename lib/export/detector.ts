/** Detectors written for other programs, from a notebook or the command line. */
import { started } from "../detect/detect.ts";
import type { BackendName } from "../engine/backend.ts";
import { findFolder } from "../runs/store.ts";
import type { RunRecord } from "../types.ts";
import { type Exported, openExported } from "./exported.ts";
import type { ModelWritten } from "./model_folder.ts";
import type { OnnxWritten } from "./onnx/write.ts";

/** Where a detector is found, and what reads its weights. */
export interface ExportOptions {
  /** Folder of runs, in which a record's run is found; default: runs. */
  readonly runs?: string;
  /** Folder of weights, in which published detectors lie under their names; null: none. */
  readonly weights?: string | null;
  /** Folder of error maps that were made before; default: artifacts. */
  readonly artifacts?: string;
  /** Folder that holds the data sets by name, which say what a run was tested on; null: none. */
  readonly data?: string | null;
  /** Default: "auto". */
  readonly backend?: BackendName | "auto";
  /** Of the backend. */
  readonly threads?: number;
}

/**
 * Writes a detector as one ONNX file, which is compared with the network before it is kept.
 *
 * @param model a finished run, by its record or its folder; "pocket"; a published detector's name; or the folder of an
 * exported one
 * @throws {Deno.errors.NotFound} when it is not there
 * @throws {RangeError} when its network has an operation that is not exported, naming it, or the file would pass 2 GB
 *
 * @example
 * ```ts
 * import { exportOnnx } from "./detector.ts";
 *
 * const folder = await Deno.makeTempDir();
 * const { outputs } = await exportOnnx("pocket", `${folder}/pocket.onnx`);
 * console.log(outputs.join(", ")); // logits [batch, 1], embedding [batch, 128], score [batch], probability [batch]
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function exportOnnx(
  model: string | RunRecord,
  file: string,
  options: ExportOptions = {},
): Promise<OnnxWritten> {
  const { writeOnnx } = await import("./onnx/write.ts");
  using exported = await opened(model, options);
  return await writeOnnx(exported, file);
}

/**
 * Writes a finished run's detector as a folder: weights as safetensors, definition, preprocessing and a model card.
 * `detect` opens it.
 *
 * @param model a finished run, by its record or its folder
 * @throws {Deno.errors.NotFound} when it is not there
 * @throws {RangeError} for a detector that no run trained
 */
export async function exportModel(
  model: string | RunRecord,
  folder: string,
  options: ExportOptions = {},
): Promise<ModelWritten> {
  const { writeModelFolder } = await import("./model_folder.ts");
  using exported = await opened(model, options);
  return await writeModelFolder(exported, folder);
}

async function opened(model: string | RunRecord, options: ExportOptions): Promise<Exported> {
  const { runs = "runs", weights = null, artifacts = "artifacts", data = null, backend, threads } = options;
  await started({ backend, threads });
  const folder = typeof model === "string" ? model : await findFolder(runs, model.id);
  if (folder !== null) return await openExported(folder, { runs, weights, artifacts, data });
  const { id, experiment: { name } } = model as RunRecord;
  throw new Deno.errors.NotFound(
    `Cannot export "${name}": its run ${id.slice(0, 12)} is not in "${runs}". Name the folder of runs that it is in`,
  );
}
