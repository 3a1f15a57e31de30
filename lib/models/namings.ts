import type { StoredTensors } from "../engine/stored.ts";
import { fromOpenAI, fromTransformers } from "./clip_names.ts";
import { fromTimm } from "./convnext_names.ts";

/**
 * From the names and shapes of those who publish weights to the house's, by naming. A name that is none of theirs is
 * left as it is, so that loading tells of it.
 */
export const namings = {
  timm: fromTimm,
  torchvision: (stored) => stored,
  transformers: (stored) => fromTransformers(stored, "image"),
  openai: (stored) => fromOpenAI(stored, "image"),
} satisfies Record<string, (stored: StoredTensors) => StoredTensors>;

/** Whose names a file has. */
export type Naming = keyof typeof namings;
