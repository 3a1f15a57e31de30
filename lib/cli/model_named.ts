import { UsageError } from "./command.ts";
import { load, userPath } from "./places.ts";

/** A model's name, the folder of a detector that was exported, or that of the run that a word names. */
export async function modelNamed(word: string, runs: string): Promise<string> {
  const { POCKET, publishedNames } = await load<typeof import("../detect/open.ts")>("lib/detect/open.ts");
  const models = [POCKET, ...publishedNames];
  const model = models.find((name) => name.toLowerCase() === word.toLowerCase());
  if (model !== undefined) return model;
  const folder = userPath(word);
  if (await isFolder(folder)) {
    const { isModelFolder } = await load<typeof import("../detect/model_folder.ts")>("lib/detect/model_folder.ts");
    if (await isModelFolder(folder)) return folder;
  }
  const { oneRun } = await load<typeof import("./one_run.ts")>("lib/cli/one_run.ts");
  try {
    return await oneRun(runs, word);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${error.message}\nThe models are ${models.join(", ")}`, { cause: error });
  }
}

async function isFolder(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isDirectory }) => isDirectory, () => false);
}
