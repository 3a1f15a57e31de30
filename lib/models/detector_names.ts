/**
 * Whole detectors as their authors publish them, under the names of a model: which beginnings of names are whose part.
 *
 * Source: the networks of beibuwandeluori/DRCT, AniSundar18/AlignedForensics, luo3300612/LaRE and
 * Purdue-M2/Robust_DM_Generated_Image_Detection.
 */
import type { Stored, StoredTensors } from "../engine/safetensors.ts";

/** Beginnings of names and what they become, the first that fits; null: never used by its network. */
type Places = readonly (readonly [theirs: string, ours: string | null])[];

const backbone = "backbone.";

const places = {
  /** A backbone whose classifier gives the embedding (timm's `head.fc` or `fc`; CLIP stands one deeper), then `fc`. */
  drct: [
    ["model.head.fc.", "head.embedding."],
    ["model.fc.", "head.embedding."],
    ["fc.", "head.fc."],
    ["model.model.", backbone],
    ["model.", backbone],
  ],
  /** Torchvision's names; the projection is a linear head's embedding. */
  alignedForensics: [["fc.", "head.fc."], ["proj.", "head.embedding."], ["", backbone]],
  /** CLIP as OpenAI names it, the refinement beside it; or, in "map" alone, a network of its own. */
  lare: [
    ["clip_model.", backbone],
    ["conv_align.", null],
    ["model.fc.", "head.fc."],
    ["fc.", "head.fc."],
    ["", "refine."],
  ],
  /** The head alone: its features are computed beforehand. */
  robustClip: [["", "head."]],
} satisfies Record<string, Places>;

/** Whose detector a file holds. */
export type Detector = keyof typeof places;

/**
 * Tensors of a published detector under the names of a model's tree, `backbone.…`, `refine.…` and `head.…`.
 *
 * @param options `detector`: whose; `own`: from the names of its backbone's publisher to the house's, by default none
 */
export function fromDetector(
  stored: StoredTensors,
  { detector, own = (tensors) => tensors }: {
    readonly detector: Detector;
    readonly own?: (stored: StoredTensors) => StoredTensors;
  },
): StoredTensors {
  const inBackbone = new Map<string, Stored>(), others = new Map<string, Stored>();
  for (const [full, tensor] of stored) {
    const name = full.replace(/^module\./, ""); // what training on several cards puts before all names
    const place = (places[detector] as Places).find(([theirs]) => name.startsWith(theirs));
    if (place === undefined) others.set(name, tensor); // so that loading tells of it
    else if (place[1] === backbone) inBackbone.set(name.slice(place[0].length), tensor);
    else if (place[1] !== null) others.set(place[1] + name.slice(place[0].length), tensor);
  }
  return new Map([...[...own(inBackbone)].map(([name, tensor]) => [backbone + name, tensor] as const), ...others]);
}
