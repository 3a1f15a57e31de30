/** The only file that touches `Deno.jupyter`. */

/** One output in several forms, by MIME type; a front end shows the richest that it can and may. */
export type Bundle = Readonly<Record<string, string>>;

/** Whether this runs in a cell of Deno's Jupyter kernel. */
export function inNotebook(): boolean {
  try {
    return Deno.jupyter !== undefined;
  } catch {
    return false; // outside a kernel Deno 2.9.6 throws where the property is read
  }
}

/** One place under a cell whose content can be replaced. */
export interface Output {
  show(bundle: Bundle): Promise<void>;
}

/** A place under the cell at hand; nothing stands there before the first `show`. */
export function newOutput(): Output {
  const display_id = crypto.randomUUID();
  let kind = "display_data";
  return {
    async show(data) {
      await Deno.jupyter.broadcast(kind, { data, metadata: {}, transient: { display_id } });
      kind = "update_display_data";
    },
  };
}

/**
 * How long the kernel's messages take at most to get out, in milliseconds.
 *
 * Deno 2.9.6 sends outputs from another thread than the word "idle" at a cell's end, so that the latter can overtake:
 * `jupyter nbconvert --execute` then drops the outputs (2 of 50 small ones in a test, of large ones more). With a wait
 * of 60 ms none of 60 was late, 20 of them of 2.5 MB; the rest is for busy machines.
 */
const FLUSH = 120;

/** Resolves when what was shown has left the kernel. */
export async function flushed(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, FLUSH));
}

/** What the kernel calls with the value of a cell's last expression. */
interface KernelInternals {
  broadcastResult(executionCount: number, result: unknown): Promise<void>;
}

/**
 * Makes every cell that ends well wait for its outputs, so that no cell has to. It goes through Deno's internals, the
 * only place behind a cell's last output; where they are not as expected everything stays as it was.
 */
export function waitForOutputs(): void {
  const internals = Reflect.get(Deno, Reflect.get(Deno, "internal"));
  const kernel: KernelInternals | undefined = internals?.jupyter;
  if (typeof kernel?.broadcastResult !== "function") return;
  const broadcastResult = kernel.broadcastResult;
  kernel.broadcastResult = async (executionCount, result) => {
    await broadcastResult(executionCount, result);
    await flushed();
  };
}
