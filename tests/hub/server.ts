/** A hub of the tests' own: one repository on this machine, which can break off and lie. */
import { createHash } from "node:crypto";

/** What stands on the hub, and how it behaves; the tests change it as they go. */
export interface Hub {
  readonly address: string;
  /** The one repository that it has. */
  repo: string;
  commit: string;
  /** Its files by path. */
  readonly files: Map<string, Uint8Array<ArrayBuffer>>;
  /** Bytes of a file after which the next answer breaks off; null: never. */
  breakAfter: number | null;
  /** What is announced instead of a file's own hash; null: the truth. */
  hash: string | null;
  /** Status of every answer; null: what is right. */
  status: number | null;
  /** Whether it heeds that only a part is asked for. */
  ranges: boolean;
  /** Ranges that were asked for, without those of one byte that only ask what there is. */
  readonly asked: (string | null)[];
}

/** SHA-256, in hexadecimal digits. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Runs a test beside a hub and an empty cache. */
export async function withHub(test: (hub: Hub, cache: string) => Promise<void>): Promise<void> {
  const hub: Omit<Hub, "address"> = {
    repo: "test/tiny",
    commit: "c".repeat(40),
    files: new Map(),
    breakAfter: null,
    hash: null,
    status: null,
    ranges: true,
    asked: [],
  };
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (ask) => answer(ask, hub));
  const cache = await Deno.makeTempDir();
  try {
    await test(Object.assign(hub, { address: `http://127.0.0.1:${server.addr.port}` }), cache);
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
}

function answer(request: Request, hub: Omit<Hub, "address">): Response {
  const { pathname } = new URL(request.url);
  if (hub.status !== null) return new Response("as the test wants it", { status: hub.status });
  if (pathname === `/api/models/${hub.repo}/revision/main`) {
    return Response.json({ _id: "1", id: hub.repo, sha: hub.commit, lastModified: "2026-01-01T00:00:00.000Z" });
  }
  const folder = `/${hub.repo}/resolve/${hub.commit}/`;
  if (!pathname.startsWith(folder)) return new Response("no such repository", { status: 401 });
  const path = pathname.slice(folder.length);
  const bytes = hub.files.get(path);
  if (bytes === undefined) return new Response("", { status: 404, headers: { "X-Error-Code": "EntryNotFound" } });
  const range = request.headers.get("Range");
  if (range !== "bytes=0-0") hub.asked.push(range);
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(range ?? "") ?? [null, "0", ""];
  const isPart = range !== null && (hub.ranges || range === "bytes=0-0");
  const part = isPart ? bytes.subarray(Number(from), to === "" ? bytes.length : Number(to) + 1) : bytes;
  return new Response(body(part, range === "bytes=0-0" ? null : hub.breakAfter), {
    status: isPart ? 206 : 200,
    headers: {
      "Content-Length": `${part.length}`,
      "ETag": '"another"',
      "X-Linked-ETag": `"${hub.hash ?? sha256(bytes)}"`,
      ...(isPart ? { "Content-Range": `bytes ${from}-${Number(from) + part.length - 1}/${bytes.length}` } : {}),
    },
  });
}

function body(bytes: Uint8Array<ArrayBuffer>, breakAfter: number | null): BodyInit {
  if (breakAfter === null) return bytes;
  let sent = 0;
  return new ReadableStream({
    pull(controller) {
      if (sent >= breakAfter) return controller.close(); // before the length that was announced
      const piece = bytes.slice(sent, Math.min(breakAfter, sent + 1000));
      sent += piece.length;
      controller.enqueue(piece);
    },
  });
}
