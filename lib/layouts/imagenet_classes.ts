/** What the pictures of GenImage show: the classes of ImageNet that its file names bear. */

/** The classes of ImageNet (ILSVRC 2012) in their order, and which of them each validation photograph shows. */
interface Classes {
  /** WordNet's identifier of each, as "n01440764". */
  readonly ids: readonly string[];
  /** All words for each, as "tench, Tinca tinca". */
  readonly names: readonly string[];
  readonly place: ReadonlyMap<string, number>;
  /** Class of the validation photograph n at n − 1. */
  readonly validation: Uint16Array;
}

let read: Promise<Classes> | null = null;

/**
 * The class of ImageNet that an image of GenImage shows, as its file name tells: fakes begin with the class's number
 * ("371_sdv5_00145.png") or bear it as their fifth word (GLIDE, VQDM), training photographs begin with WordNet's
 * identifier ("n03594945_36929.JPEG"), and validation photographs have a number that is looked up
 * ("ILSVRC2012_val_00000001.JPEG").
 *
 * @param name a file name, without its folder
 * @param all all words for the class, as WordNet has them; otherwise the first
 * @returns null for a name that tells none, where LaRE²'s code ends
 *
 * Source: LaRE² (CVPR 2024), whose code fills "a photo of a [CLS]" in this way.
 */
export async function imageNetClass(name: string, { all = false } = {}): Promise<string | null> {
  const classes = await (read ??= readClasses());
  const at = placeOf(name, classes);
  const words = at === null ? undefined : classes.names[at];
  if (words === undefined) return null;
  return all ? words : words.split(",")[0].trim();
}

function placeOf(name: string, { place, validation }: Classes): number | null {
  const words = name.split("_");
  if (/^\d{1,3}$/.test(words[0])) return Number(words[0]);
  if (words[0] === "GLIDE" || words[0] === "VQDM") return /^\d+$/.test(words[4] ?? "") ? Number(words[4]) : null;
  const photograph = /^ILSVRC2012_val_(\d{8})\./.exec(name);
  if (photograph !== null) return validation[Number(photograph[1]) - 1] ?? null;
  return place.get(words[0]) ?? null;
}

async function readClasses(): Promise<Classes> {
  const here = new URL("./imagenet/", import.meta.url);
  const [text, bytes] = await Promise.all([
    Deno.readTextFile(new URL("classes.txt", here)),
    Deno.readFile(new URL("validation.bin", here)),
  ]);
  const lines = text.trimEnd().split("\n");
  const ids = lines.map((line) => line.slice(0, line.indexOf(" ")));
  const view = new DataView(bytes.buffer);
  return {
    ids,
    names: lines.map((line) => line.slice(line.indexOf(" ") + 1)),
    place: new Map(ids.map((id, i) => [id, i])),
    validation: Uint16Array.from({ length: bytes.length / 2 }, (_, i) => view.getUint16(2 * i, true)),
  };
}
