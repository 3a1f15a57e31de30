/** A thread that fills rows of batches: each message names one, each answer says how it went. */
import { parentPort } from "node:worker_threads";
import { UnreadableImage } from "../image/decode.ts";
import { fillRow, type Treatment, type Wanted } from "./pixels.ts";

/** A row to fill. */
export interface Order {
  readonly number: number;
  readonly wanted: Wanted;
  readonly treatment: Treatment;
  /** Shared with whoever asks. */
  readonly row: Float32Array;
}

/** How it went: filled, unreadable, or failed otherwise. */
export interface Answer {
  readonly number: number;
  readonly error: { readonly name: string; readonly message: string } | null;
}

parentPort!.on("message", async ({ number, wanted, treatment, row }: Order): Promise<void> => {
  try {
    await fillRow(row, wanted, treatment);
    parentPort!.postMessage({ number, error: null } satisfies Answer);
  } catch (error) {
    const { name, message } = error as Error;
    const told = error instanceof UnreadableImage ? UnreadableImage.name : name;
    parentPort!.postMessage({ number, error: { name: told, message } } satisfies Answer);
  }
});
