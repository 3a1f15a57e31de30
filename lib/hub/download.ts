import { fileDownloadInfo, HUB_URL, HubApiError, modelInfo } from "@huggingface/hub";
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { BRANCH, cachedFile, hubCache, type HubFile, link, repoFolder } from "./cache.ts";

/** How a download is followed, stopped and directed. */
export interface DownloadOptions {
  /** Told how many bytes are there, of how many. */
  readonly tell?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
  /** Address of the hub or of a mirror; by default HF_ENDPOINT, or the hub itself. */
  readonly endpoint?: string;
  readonly cache?: string;
}

/** A file that is in the cache. */
export interface Downloaded {
  readonly file: string;
  readonly bytes: number;
  /** False when it was there already. */
  readonly fresh: boolean;
}

/** What the hub says of a file. */
interface Announced {
  readonly commit: string;
  readonly bytes: number;
  /** SHA-256 of a large file, 64 digits; Git's SHA-1 of a small one, 40. */
  readonly hash: string;
  readonly url: string;
}

type Following = { readonly tell: (done: number, total: number) => void; readonly signal?: AbortSignal };

/**
 * Makes sure that a file of the hub is in the cache that Python's users share. What arrives is kept beside its final
 * place until it is whole and has the hash that the hub announces; a download that was broken off goes on where it
 * stopped. Where the hub cannot be asked, a file that is there already is taken as it is.
 *
 * `@huggingface/hub` knows the hub's interface; its own download into the cache begins anew after a break, checks no
 * hash and names no commit, so that Python would not find the file. These are done here.
 *
 * @throws {Deno.errors.NotFound} when the hub has no such repository or file
 * @throws {Error} when the hub cannot be reached, the connection breaks, or what arrives is something else
 */
export async function downloadFile(
  file: HubFile,
  { tell = () => {}, signal, endpoint = Deno.env.get("HF_ENDPOINT") || HUB_URL, cache = hubCache() }: DownloadOptions =
    {},
): Promise<Downloaded> {
  const hub = endpoint.replace(/\/+$/, "");
  let announced: Announced;
  try {
    announced = await announce(file, hub, signal);
  } catch (error) {
    const there = error instanceof Deno.errors.NotFound ? null : await cachedFile(file, cache);
    signal?.throwIfAborted();
    if (there !== null) return { file: there, bytes: (await Deno.stat(there)).size, fresh: false };
    throw error;
  }
  const { commit, bytes, hash } = announced;
  const there = await cachedFile(file, cache);
  if (there !== null && (await Deno.realPath(there)).endsWith(hash)) return { file: there, bytes, fresh: false };
  const blob = join(repoFolder(file.repo, cache), "blobs", hash);
  await Deno.mkdir(dirname(blob), { recursive: true });
  const fresh = !await isWhole(blob, bytes);
  if (fresh) await fetchBlob(blob, file, { announced, tell, signal });
  return { file: await link(file, { blob, commit, cache }), bytes, fresh };
}

async function announce({ repo, path }: HubFile, hubUrl: string, signal?: AbortSignal): Promise<Announced> {
  const name = `${repo}/${path}`;
  const asking: typeof fetch = (input, init) => fetch(input, { ...init, signal });
  let commit: string, info: Awaited<ReturnType<typeof fileDownloadInfo>>;
  try {
    ({ sha: commit } = await modelInfo({
      name: repo,
      revision: BRANCH,
      additionalFields: ["sha"],
      hubUrl,
      fetch: asking,
    }));
    info = await fileDownloadInfo({ repo, path, revision: commit, hubUrl, fetch: asking });
  } catch (cause) {
    signal?.throwIfAborted();
    throw refusal(name, hubUrl, cause as Error);
  }
  if (info === null) throw new Deno.errors.NotFound(`Cannot get "${name}": the repository has no such file`);
  const hash = info.etag.replace(/^W\//, "").replaceAll('"', "");
  if (/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(hash)) return { commit, bytes: info.size, hash, url: info.url };
  throw new Error(`Cannot get "${name}": ${hubUrl} names it by "${hash}", expected a SHA-256 or SHA-1`);
}

/** What an error of asking the hub means, and what to do. */
function refusal(name: string, hub: string, cause: Error): Error {
  if (cause instanceof HubApiError && (cause.statusCode === 401 || cause.statusCode === 404)) {
    return new Deno.errors.NotFound(`Cannot get "${name}": ${hub} has no such repository or file`, { cause });
  }
  if (cause instanceof TypeError) { // of fetch: nobody answers
    return new Error(
      `Cannot get "${name}": ${hub} does not answer (${cause.message}). Check the network or its proxy, or name a ` +
        "mirror in HF_ENDPOINT, and run the same command again",
      { cause },
    );
  }
  const what = cause instanceof HubApiError ? cause.statusCode : `what is not expected of it (${cause.message})`;
  const remedy = "try again later, or name a mirror in HF_ENDPOINT";
  return new Error(`Cannot get "${name}": ${hub} answers with ${what}; ${remedy}`, { cause });
}

async function isWhole(blob: string, bytes: number): Promise<boolean> {
  return await Deno.stat(blob).then(({ size }) => size === bytes, () => false);
}

/** Fetches what is missing of a blob behind what an earlier attempt has left, and gives it its name when it is right. */
async function fetchBlob(
  blob: string,
  { repo, path }: HubFile,
  { announced, ...following }: Following & { readonly announced: Announced },
): Promise<void> {
  const name = `${repo}/${path}`;
  const unfinished = `${blob}.incomplete`; // Python goes on with it too, and we with Python's
  {
    using target = await Deno.open(unfinished, { read: true, write: true, create: true });
    if (!await target.tryLock(true)) throw new Error(`Cannot get "${name}": another process is downloading it`);
    if ((await target.stat()).size > announced.bytes) await target.truncate();
    await receive(target, name, { announced, ...following });
    const found = await hashOf(target, announced);
    if (found !== announced.hash) {
      await Deno.remove(unfinished);
      throw new Error(
        `Cannot use what arrived of "${name}": its hash is ${found}, expected ${announced.hash}. It is deleted; run ` +
          "the same command again, and if it stays so, the mirror or proxy in between gives out another file",
      );
    }
    await target.sync();
  }
  await Deno.rename(unfinished, blob);
}

/** Appends what a file lacks. */
async function receive(
  target: Deno.FsFile,
  name: string,
  { announced: { url, bytes }, tell, signal }: Following & { readonly announced: Announced },
): Promise<void> {
  let done = await target.seek(0, Deno.SeekMode.End);
  tell(done, bytes);
  if (done === bytes) return;
  try {
    const response = await fetch(url, { headers: { Range: `bytes=${done}-` }, signal });
    if (!response.ok) throw new Error(`it answers with ${response.status}`);
    if (response.status !== 206) { // it sends all of it, whatever was asked
      await target.truncate();
      done = await target.seek(0, Deno.SeekMode.Start);
    }
    for await (const piece of response.body ?? []) {
      for (let written = 0; written < piece.length;) written += await target.write(piece.subarray(written));
      tell(done += piece.length, bytes);
    }
    if (done < bytes) throw new Error("it ended before its end");
  } catch (cause) {
    signal?.throwIfAborted();
    const [there, all] = [done, bytes].map((size) => (size / 1e6).toFixed(1));
    throw new Error(
      `Cannot get "${name}": the connection broke (${(cause as Error).message}). ${there} of ${all} MB are kept; run ` +
        "the same command again to go on from there",
      { cause },
    );
  }
}

/** SHA-256 of a file, or its SHA-1 as Git has it, whichever the hub names it by. */
async function hashOf(target: Deno.FsFile, { hash, bytes }: Announced): Promise<string> {
  const digest = hash.length === 64 ? createHash("sha256") : createHash("sha1").update(`blob ${bytes}\0`);
  await target.seek(0, Deno.SeekMode.Start);
  const piece = new Uint8Array(1 << 20);
  for (let count; (count = await target.read(piece)) !== null;) digest.update(piece.subarray(0, count));
  return digest.digest("hex");
}
