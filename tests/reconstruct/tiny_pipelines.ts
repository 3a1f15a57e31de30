import { openPipeline, type Pipeline, readPipeline } from "../../lib/reconstruct/pipeline.ts";
import { goldenFolder } from "../golden_kinds/cases.ts";

/** One of the golden set's complete pipelines of tiny random networks, on the CPU. */
export async function openTiny(name: "tiny-sd" | "tiny-sd-inpaint"): Promise<Pipeline> {
  return await openPipeline(await readPipeline(`${goldenFolder()}/pipelines/${name}`), { provider: "cpu" });
}
