import { type Layout, readSamples } from "../../lib/layouts/mod.ts";
import type { Sample, Split } from "../../lib/types.ts";

/** A folder of files for as long as `use` runs; without content, since a layout looks at names alone. */
export async function tree(files: readonly string[], use: (data: string) => Promise<void>): Promise<void> {
  const data = await Deno.makeTempDir();
  try {
    for (const file of files) await put(`${data}/${file}`, "");
    await use(data);
  } finally {
    await Deno.remove(data, { recursive: true });
  }
}

/** A file with the folders that it lies in. */
export async function put(path: string, content: string | Uint8Array): Promise<void> {
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  await (typeof content === "string" ? Deno.writeTextFile(path, content) : Deno.writeFile(path, content));
}

/** All samples of a split, and into `told` what the layout tells. */
export async function collect(
  layout: Layout,
  data: string | null,
  split: Split,
  told: string[] = [],
): Promise<Sample[]> {
  return await Array.fromAsync(readSamples(layout, { data, split, tell: (what) => told.push(what) }));
}

/** What stays of samples when only these fields are looked at. */
export function fieldsOf<Name extends keyof Sample>(
  samples: readonly Sample[],
  ...names: readonly Name[]
): Sample[Name][][] {
  return samples.map((sample) => names.map((name) => sample[name]));
}
