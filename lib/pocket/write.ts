import { createHash } from "node:crypto";
import { fingerprint } from "../definition/fingerprint.ts";
import { storeTree } from "../engine/layout.ts";
import { writeSafetensors } from "../engine/safetensors.ts";
import { encodeImage } from "../image/encode.ts";
import type { Image } from "../image/decode.ts";
import type { GeneratorCard, Settings, Sheet, TrainingCard, World } from "./format.ts";
import type { Patch } from "./gather.ts";
import type { PlacedPhotograph } from "./photographs.ts";
import type { GroupName } from "./plan.ts";
import { composeSheet } from "../image/sheet.ts";
import type { Trained } from "./train.ts";

/** Rows of patches in one file, at most. */
const rows = 16;

/** Writes the files of a world into a folder, and remembers the hash of each. */
export interface WorldWriter {
  /** Weights of one training, in PyTorch's layout; returns the path inside the world. */
  weights(name: string, trained: Trained): Promise<string>;
  /** Pictures in the order of `patches`, which say where each, or what it was made from, comes from. */
  sheets(
    of: GroupName,
    patches: readonly Patch[],
    pictures: readonly Image[],
  ): Promise<void>;
  /** A picture to look at: stored with loss and no part of the world's identity. */
  illustration(file: string, image: Image): Promise<void>;
  /** A photograph as it came. */
  photograph(file: string, bytes: Uint8Array): Promise<void>;
  /** The table of all, the last file to be written. */
  table(
    about: {
      settings: Settings;
      photographs: readonly PlacedPhotograph[];
      trainings: Readonly<Record<string, TrainingCard>>;
      generators: Readonly<Record<string, GeneratorCard>>;
    },
  ): Promise<World>;
}

/** Begins a world in a folder, which need not exist. */
export function worldWriter(folder: string, { columns }: Settings): WorldWriter {
  const files = new Map<string, string>();
  const sheets: Sheet[] = [];
  const put = async (file: string, bytes: Uint8Array) => {
    await Deno.mkdir(`${folder}/${file}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeFile(`${folder}/${file}`, bytes);
  };
  const write = async (file: string, bytes: Uint8Array) => {
    await put(file, bytes);
    files.set(file, createHash("sha256").update(bytes).digest("hex"));
  };
  return {
    illustration: async (file, image) => await put(file, await encodeImage(image, { format: "webp", quality: 80 })),
    photograph: async (file, bytes) => await write(`photographs/${file}`, bytes),
    async weights(name, { fixed, network }) {
      const file = `weights/${name}.safetensors`;
      await write(file, writeSafetensors(await storeTree({ fixed, network })));
      return file;
    },
    async sheets({ split, group, generator }, patches, pictures) {
      const most = rows * columns;
      for (let from = 0; from < patches.length; from += most) {
        const part = patches.slice(from, from + most);
        const name = [
          split,
          generator ?? "real",
          ...group.endsWith("reconstruction") ? ["reconstruction"] : [],
        ];
        const file = `patches/${name.join("-")}-${from / most}.webp`;
        const sheet = composeSheet(pictures.slice(from, from + most), columns);
        await write(file, await encodeImage(sheet, { format: "webp", lossless: true }));
        sheets.push({
          file,
          split,
          group,
          generator,
          patches: part.map(({ photograph, position: [x, y] }) => [photograph, x, y]),
        });
      }
    },
    async table(about) {
      const content = {
        format: 1 as const,
        ...about,
        sheets,
        files: Object.fromEntries([...files].sort(([a], [b]) => a < b ? -1 : 1)),
      };
      const world: World = { hash: fingerprint({ kind: "world", ...content }), ...content };
      await Deno.writeTextFile(`${folder}/world.json`, layOut(world));
      return world;
    },
  };
}

/** JSON with a line for every photograph and sheet and none for every number. */
function layOut(world: World): string {
  const list = (items: readonly unknown[]) =>
    `[\n${items.map((item) => `    ${JSON.stringify(item)}`).join(",\n")}\n  ]`;
  const record = (items: Readonly<Record<string, unknown>>) =>
    `{\n${
      Object.entries(items).map(([key, item]) => `    ${JSON.stringify(key)}: ${JSON.stringify(item)}`).join(",\n")
    }\n  }`;
  const lines = [
    `"format": ${world.format}`,
    `"hash": "${world.hash}"`,
    `"settings": ${JSON.stringify(world.settings)}`,
    `"photographs": ${list(world.photographs)}`,
    `"trainings": ${record(world.trainings)}`,
    `"generators": ${record(world.generators)}`,
    `"sheets": ${list(world.sheets)}`,
    `"files": ${record(world.files)}`,
  ];
  return `{\n  ${lines.join(",\n  ")}\n}\n`;
}
