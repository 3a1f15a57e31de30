import type { CaptionsTold } from "../evaluate/captions.ts";
import type { Metrics } from "../types.ts";
import { plural } from "./text.ts";

/** What was done to samples whose captions were all read as empty, as a record names it in its scores. */
export const EMPTY_CAPTIONS = "empty captions";

/** What captions give away, in a sentence: the accuracy with these and with empty ones. */
export function captionsSentence({ images, lacking, given, empty }: CaptionsTold): string {
  const percent = ({ accuracy }: Metrics): string => `${(100 * accuracy).toFixed(2)} %`;
  const mean = Object.keys(given).length > 2 ? ", means over test sets" : "";
  const others = lacking === 0 ? "" : `; ${plural(lacking, "image")} more ${lacking === 1 ? "has" : "have"} no caption`;
  return `Accuracy on ${plural(images, "image")} with captions: ${percent(given.mean)} with these, ` +
    `${percent(empty.mean)} when every caption is empty${mean}${others}`;
}
