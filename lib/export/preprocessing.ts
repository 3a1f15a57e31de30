/** What becomes of an image before a network sees it, for programs that are not this one. */
import type { View } from "../augment/mod.ts";
import type { View as Pixels } from "../models/weights.ts";

/** How an image of any size becomes the network's input. Plain JSON. */
export interface Preprocessing {
  /** Each step in words, in order. */
  readonly steps: readonly string[];
  /** Height and width of what the network sees, pixels. */
  readonly size: number;
  /** The view of the definition: kind, size, and of those that resize the filter. */
  readonly view: View;
  /** Order of the channels. */
  readonly channels: "RGB";
  /** Factor that makes 0…1 of bytes. */
  readonly rescale: number;
  /** Of each channel, 0…1. */
  readonly mean: readonly number[];
  /** Of each channel, 0…1. */
  readonly std: readonly number[];
  /** Who subtracts the mean and divides by the deviation. */
  readonly normalised: "inside the network" | "before the network";
}

/** What is to be done to an image. */
export function preprocessingOf(
  view: View,
  { mean, std }: Pixels,
  normalised: Preprocessing["normalised"],
): Preprocessing {
  const inside = normalised === "inside the network";
  return {
    steps: [
      "decode to RGB, turned as EXIF says",
      ...viewSteps(view),
      "divide by 255",
      inside
        ? "leave it so: the network normalises by mean and std itself"
        : "subtract mean and divide by std, channel by channel",
    ],
    ...{ size: view.size, view, channels: "RGB", rescale: 1 / 255, mean: [...mean], std: [...std], normalised },
  };
}

function viewSteps(view: View): string[] {
  const { size } = view;
  const square = `${size} × ${size}`;
  switch (view.kind) {
    case "crop": {
      const around = view.pad === null
        ? "black"
        : view.pad === "reflect"
        ? "its mirror image without the edge"
        : "its mirror image";
      return [
        `cut the middle ${square}, left and top rounded down; nothing is resized`,
        `where it is smaller, put it in the middle of ${square} with ${around} around it`,
      ];
    }
    case "shortSide":
      return [
        `resize the shorter side to ${
          view.resize ?? size
        } with Pillow's ${view.filter} filter, the longer one in proportion`,
        `cut the middle ${square}`,
      ];
    case "longSide":
      return [
        `resize the longer side to ${size} with OpenCV's INTER_LINEAR, put it in the middle of a black ${square}`,
      ];
    case "square":
      return [`resize to ${square} with Pillow's ${view.filter} filter, whatever its proportions`];
  }
}
