/** A finished run's detector as a folder that others can use: weights, definition, preprocessing and model card. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import config from "../../deno.json" with { type: "json" };
import { MODEL_FORMAT, MODEL_TYPE, type ModelConfig, modelFiles } from "../detect/model_folder.ts";
import { judgementWith } from "../detect/run_detector.ts";
import { storeTree } from "../engine/layout.ts";
import { safetensorsPieces } from "../engine/safetensors.ts";
import { writeAtomic } from "../runs/atomic.ts";
import { hashing } from "../runs/whole.ts";
import type { Exported } from "./exported.ts";
import { modelCard } from "./model_card.ts";
import { preprocessingOf } from "./preprocessing.ts";

/** What was written. */
export interface ModelWritten {
  /** Where. */
  readonly folder: string;
  /** Names of the files in it. */
  readonly files: readonly string[];
}

/**
 * Writes the folder of a detector: `model.safetensors`, its parameters under the names of the checkpoint;
 * `config.json`, all that `detect` needs to know; `definition.json`, which `deno task run` takes; `preprocessor.json`, what
 * becomes of an image before; and `README.md`, the model card. The same run gives the same files.
 *
 * @throws {RangeError} when it was not trained by a run, as the shipped and the published detectors
 */
export async function writeModelFolder(exported: Exported, folder: string): Promise<ModelWritten> {
  const { run, network, pixels, view, tested } = exported;
  if (run === null) {
    throw new RangeError(
      `Cannot export "${exported.name}" as a folder: it was not trained by a run here, whose record the card tells. ` +
        "Give a finished run; --onnx takes any detector",
    );
  }
  const { record, definition } = run;
  const judgement = judgementWith(definition.model, record);
  const hash = createHash("sha256");
  const stored = new Map([...await storeTree(network.params), ...await storeTree(network.buffers)]);
  await Deno.mkdir(folder, { recursive: true });
  await writeAtomic(join(folder, modelFiles.weights), hashing(safetensorsPieces(stored, { format: "pt" }), hash));
  const told: ModelConfig = {
    ...{ model_type: MODEL_TYPE, format: MODEL_FORMAT, version: config.version, about: exported.about, definition },
    run: { id: record.id, fingerprint: record.fingerprint, data: record.data },
    ...{ sha256: hash.digest("hex"), judgement, tested },
  };
  const texts = {
    [modelFiles.config]: json(told),
    [modelFiles.definition]: json(definition),
    [modelFiles.preprocessor]: json(preprocessingOf(view, pixels, "before the network")),
    [modelFiles.card]: modelCard({ network, pixels, judgement, tested, record, definition }),
  };
  for (const [name, text] of Object.entries(texts)) await writeAtomic(join(folder, name), text);
  return { folder, files: [modelFiles.weights, ...Object.keys(texts)] };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
