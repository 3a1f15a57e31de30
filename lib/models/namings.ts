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
  /** Our own detectors, whose backbone stands under that name. */
  detector: (stored) => new Map([...stored].map(([name, tensor]) => [name.replace(/^backbone\./, ""), tensor])),
  transformers: (stored) => fromTransformers(stored, "image"),
  openai: (stored) => fromOpenAI(stored, "image"),
} satisfies Record<string, (stored: StoredTensors) => StoredTensors>;

/** The same for the text tower of those whose files hold both of CLIP's. */
const texts: Partial<Record<Naming, (stored: StoredTensors) => StoredTensors>> = {
  transformers: (stored) => fromTransformers(stored, "text"),
  openai: (stored) => fromOpenAI(stored, "text"),
};

/**
 * The tensors of a file under the house's names.
 *
 * @param options `text`: whether those of CLIP's text tower are wanted as well, under "text."
 */
export function named(
  stored: StoredTensors,
  { naming, text }: { readonly naming: Naming; readonly text: boolean },
): StoredTensors {
  const own = namings[naming](stored);
  if (!text) return own;
  const read = [...texts[naming]?.(stored) ?? []].map(([name, tensor]) => [`text.${name}`, tensor] as const);
  return new Map([...own, ...read]);
}

/** Whose names a file has. */
export type Naming = keyof typeof namings;
