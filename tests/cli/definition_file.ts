import { join } from "node:path";
import { inFolder } from "../runs/example.ts";

const root = new URL("../../", import.meta.url);

/** Imports that a definition file of a test begins with. */
export const definitionImports = `import { methods } from "${new URL("experiments/pocket.ts", root)}";
import { derive } from "${new URL("mod.ts", root)}";
`;

/** Writes a definition file and runs the body with its path. */
export async function inFile(code: string, body: (file: string, folder: string) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const file = join(folder, "question.ts");
    await Deno.writeTextFile(file, code);
    await body(file, folder);
  });
}
