/** Where the files of published weights lie on this machine. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { cachedFile } from "../hub/cache.ts";
import { ifThere } from "../if_there.ts";
import { pocketBackbone, pocketBackboneFile } from "./pocket_backbone.ts";
import { pocketClipFile } from "./pocket_clip.ts";
import { weightsOf } from "./weights_table.ts";

/** Endings of files of weights, behind the name of the set, in the folder of weights. */
const endings = [".safetensors", ".bin", ".pth", ".pt"];

/**
 * Where the file of a set lies: in the folder of weights, or in the cache of the hub that Python's users share; where
 * it is shipped with the library, there. Nothing is downloaded.
 *
 * @param folder of weights, null when the user named none
 * @throws {Deno.errors.NotFound} saying where was looked, and how to get the file under which licence
 * @throws {TypeError} when a file that is shipped is not what its card says
 */
export async function weightsFile(name: string, folder: string | null): Promise<string> {
  const { hub, licence, megabytes } = weightsOf(name);
  if (hub === null) return name === pocketBackbone.name ? await pocketBackboneFile() : await pocketClipFile();
  const { repo, paths } = hub;
  const places = [
    ...(folder === null ? [] : [() => namedFile(folder, name)]),
    ...paths.map((path) => () => cachedFile({ repo, path })),
  ];
  for (const place of places) {
    const found = await place();
    if (found !== null) return found;
  }
  const looked = folder === null
    ? "no folder of weights is named (--weights DIR or WEIGHTS)"
    : `no file "${join(folder, name)}${endings[0]}"`;
  throw new Deno.errors.NotFound(
    `Cannot load weights "${name}": ${looked}, and the cache of the hub has none. Get them (${megabytes} MB, ` +
      `${licence}) with: deno task weights get ${name}`,
  );
}

/** The file of a name in a folder of weights, whatever its ending; null when there is none. */
export async function namedFile(folder: string, name: string): Promise<string | null> {
  for (const ending of endings) {
    const found = await fileAt(join(folder, `${name}${ending}`));
    if (found !== null) return found;
  }
  return null;
}

/** The same path when a file is there, otherwise null. */
async function fileAt(path: string): Promise<string | null> {
  return (await ifThere(Deno.stat(path)))?.isFile ? path : null;
}

/**
 * SHA-256 of a file of weights, for the record of a run; read in pieces, since files have hundreds of megabytes.
 *
 * @throws as {@linkcode weightsFile}
 */
export async function hashWeights(name: string, folder: string | null): Promise<string> {
  const hash = createHash("sha256");
  using file = await Deno.open(await weightsFile(name, folder));
  for await (const piece of file.readable) hash.update(piece);
  return hash.digest("hex");
}
