/** A thread that reads and augments images: each message names one, each answer holds its pixels or why there are none. */
import { parentPort } from "node:worker_threads";
import { type Image, UnreadableImage } from "../image/decode.ts";
import { seenImage, type Treatment, type Wanted } from "./pixels.ts";

/** An image to read. */
export interface Order {
  readonly number: number;
  readonly wanted: Wanted;
  readonly treatment: Pick<Treatment, "view" | "augment">;
}

/** What came of it. */
export type Answer =
  | { readonly number: number; readonly image: Image }
  | { readonly number: number; readonly error: { readonly name: string; readonly message: string } };

parentPort!.on("message", async ({ number, wanted, treatment }: Order): Promise<void> => {
  try {
    const { data, ...size } = await seenImage(wanted, treatment);
    const own = data.slice(); // what is sent is gone from here, and a cache may hold what was seen
    parentPort!.postMessage({ number, image: { data: own, ...size } } satisfies Answer, [own.buffer]);
  } catch (error) {
    const { name, message } = error as Error;
    const told = error instanceof UnreadableImage ? UnreadableImage.name : name;
    parentPort!.postMessage({ number, error: { name: told, message } } satisfies Answer);
  }
});
