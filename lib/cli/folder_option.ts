import type { Given } from "./command.ts";
import { userPath } from "./places.ts";

/**
 * A folder that an option or the environment names, as DATA for `--data`; null when neither does.
 *
 * @throws {Deno.errors.NotFound} when there is no such folder
 */
export async function folderOption(given: Given, option: string): Promise<string | null> {
  const typed = given.values[option];
  const variable = option.toUpperCase();
  const path = typed === undefined ? Deno.env.get(variable) : userPath(typed);
  if (path === undefined || path === "") return null;
  if (await Deno.stat(path).then((info) => info.isDirectory, () => false)) return path;
  const where = typed === undefined ? `the environment variable ${variable}` : `--${option}`;
  throw new Deno.errors.NotFound(
    `Cannot read ${option} from "${path}", given by ${where}: there is no such folder. ` +
      `Expected a folder; give it with --${option} DIR`,
  );
}
