import type { StoredTensors } from "../engine/stored.ts";

/**
 * From the names and shapes of those who publish weights to the house's, by naming. A name that is none of theirs is
 * left as it is, so that loading tells of it.
 */
export const namings = {
  timm: (stored) => stored,
  torchvision: (stored) => stored,
  transformers: (stored) => stored,
  openai: (stored) => stored,
} satisfies Record<string, (stored: StoredTensors) => StoredTensors>;

/** Whose names a file has. */
export type Naming = keyof typeof namings;
