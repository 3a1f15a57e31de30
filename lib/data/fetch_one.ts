import { NoImage, readHeader } from "../image/header.ts";

/** What an address of an image answers. */
export type Download =
  | { readonly kind: "image"; readonly bytes: Uint8Array<ArrayBuffer>; readonly extension: string }
  /** It will not be had: the status, or what came instead. */
  | { readonly kind: "dead"; readonly why: string }
  /** Nobody answered, or only with an excuse; may be otherwise another time. */
  | { readonly kind: "unreachable" };

/** How long and how often an address is asked. */
export interface DownloadLimits {
  /** For one attempt, from the question to the last byte. */
  readonly seconds: number;
  /** Before it counts as unreachable; the second comes after half a second, each further one after twice the wait. */
  readonly attempts: number;
  /** More than these are no photograph. */
  readonly bytes: number;
}

/**
 * Fetches an image. Statuses that mean "not now" (408, 425, 429 and those from 500 on), broken connections and silence
 * are tried again; all others that are not success are final, and so is what is no image.
 *
 * @throws the signal's reason, when it is aborted
 */
export async function download(
  address: string,
  { seconds, attempts, bytes, signal }: DownloadLimits & { readonly signal?: AbortSignal },
): Promise<Download> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (attempt > 0) await wait(500 * 2 ** (attempt - 1), signal);
    signal?.throwIfAborted();
    const got = await ask(address, { seconds, bytes, signal });
    if (got.kind !== "unreachable") return got;
  }
  return { kind: "unreachable" };
}

async function ask(
  address: string,
  { seconds, bytes, signal }: { seconds: number; bytes: number; signal?: AbortSignal },
): Promise<Download> {
  const ends = [AbortSignal.timeout(seconds * 1000), ...signal === undefined ? [] : [signal]];
  try {
    const response = await fetch(address, { signal: AbortSignal.any(ends) });
    if (!response.ok) {
      await response.body?.cancel();
      const again = [408, 425, 429].includes(response.status) || response.status >= 500;
      return again ? { kind: "unreachable" } : { kind: "dead", why: String(response.status) };
    }
    const whole = await bodyOf(response, bytes);
    return whole === null ? { kind: "dead", why: "too large" } : recognised(whole);
  } catch (error) {
    signal?.throwIfAborted();
    // fetch has TypeErrors for connections and TimeoutErrors for silence; anything else is a mistake of ours
    if (error instanceof TypeError || (error as Error).name === "TimeoutError") return { kind: "unreachable" };
    throw error;
  }
}

/** The body of an answer, null where it is longer than allowed; the rest is then not waited for. */
async function bodyOf(response: Response, most: number): Promise<Uint8Array<ArrayBuffer> | null> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of response.body ?? []) {
    pieces.push(piece);
    if ((length += piece.length) > most) return null; // leaving the loop cancels the body
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** What came, by its first bytes: servers call pages "image/jpeg". */
function recognised(bytes: Uint8Array<ArrayBuffer>): Download {
  try {
    const { format } = readHeader(bytes);
    return { kind: "image", bytes, extension: format === "jpeg" ? "jpg" : format };
  } catch (error) {
    if (error instanceof NoImage) return { kind: "dead", why: error.found };
    throw error;
  }
}

/** Waits, unless the signal is aborted. */
async function wait(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener("abort", done);
    if (signal?.aborted) done();
  });
}
