import type { RunRecord } from "../types.ts";
import type { Detector, DetectorPlaces } from "./detector.ts";

/** The shipped detector's name. */
export const POCKET = "pocket";

/** Names of published detectors that are known; tests/detect/published_test.ts keeps them in step with their table. */
export const publishedNames: readonly string[] = ["DRCT-ConvB", "DRCT-UnivFD", "AlignedForensics", "LaRE"];

/** Whether a model is a detector that was opened. */
export function isOpen(model: string | RunRecord | Detector): model is Detector {
  return typeof model === "object" && "judgement" in model;
}

/**
 * Opens a detector; the backend is to be started before.
 *
 * @param model "pocket", a published detector's name, the folder of an exported detector, or a finished run: its record or
 * its folder
 * @throws as `openPocket`, `openPublished`, `openModelFolder` and `openRun`
 */
export async function openDetector(model: string | RunRecord, places: DetectorPlaces): Promise<Detector> {
  // each loaded when it is asked for: the shipped one alone needs neither runs nor pipelines, and starts in half the time
  if (model === POCKET) return await (await import("./pocket_detector.ts")).openPocket();
  if (typeof model === "string" && publishedNames.includes(model)) {
    return await (await import("./published.ts")).openPublished(model, places);
  }
  if (typeof model === "string") {
    const { isModelFolder, openModelFolder } = await import("./model_folder.ts");
    if (await isModelFolder(model)) return await openModelFolder(model, places);
  }
  return await (await import("./run_detector.ts")).openRun(model, places);
}
