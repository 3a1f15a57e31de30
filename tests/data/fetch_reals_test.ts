import { fileURLToPath } from "node:url";
import { fetchDefaults, type FetchOptions, fetchReals } from "../../lib/data/fetch_reals.ts";
import { imageOf } from "../../lib/data/source.ts";
import { encodeImage } from "../../lib/image/encode.ts";
import { elsaD3 } from "../../lib/layouts/mod.ts";
import { readLedger } from "../../lib/layouts/elsa_reals.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { collect, fieldsOf, put, tree } from "../layouts/tree.ts";
import { imageTable } from "../../lib/tables/image_table.ts";

const RECORDS = 24;
const jpeg = await encodeImage({ width: 4, height: 4, data: new Uint8Array(48).fill(90) }, {
  format: "jpeg",
  quality: 90,
});
const png = await encodeImage({ width: 4, height: 4, data: new Uint8Array(48).fill(9) }, { format: "png" });

/** What the server has heard. */
interface Heard {
  readonly paths: string[];
  inFlight: number;
  most: number;
}

/**
 * A server of photographs: those of rows that 8 divides are gone, those with rest 1 a web page, those with rest 2 come at
 * the second question, those with rest 3 break off, and records with rest 4 have no address.
 */
async function withServer(use: (addresses: readonly string[], heard: Heard) => Promise<void>): Promise<void> {
  const heard: Heard = { paths: [], inFlight: 0, most: 0 };
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    const { pathname } = new URL(request.url);
    const row = Number(pathname.slice(1));
    const asked = heard.paths.filter((path) => path === pathname).length;
    heard.paths.push(pathname);
    heard.most = Math.max(heard.most, ++heard.inFlight);
    await new Promise((resolve) => setTimeout(resolve, 5));
    heard.inFlight--;
    switch (row % 8) {
      case 0:
        return new Response("gone", { status: 404 });
      case 1:
        return new Response("<html>", { headers: { "content-type": "image/jpeg" } });
      case 2:
        return asked === 0 ? new Response("busy", { status: 503 }) : new Response(Uint8Array.from(jpeg));
      default:
        return new Response(Uint8Array.from(jpeg));
    }
  });
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const breaking = breakOff(listener, heard);
  try {
    await use([server.addr, listener.addr as Deno.NetAddr].map(({ port }) => `http://127.0.0.1:${port}`), heard);
  } finally {
    listener.close();
    await breaking;
    await server.shutdown();
  }
}

/** Answers each question with the beginning of an image. */
async function breakOff(listener: Deno.Listener, heard: Heard): Promise<void> {
  for await (const connection of listener) {
    const question = new Uint8Array(1000);
    await connection.read(question);
    heard.paths.push(new TextDecoder().decode(question).split(" ")[1]);
    await connection.write(new TextEncoder().encode("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc"));
    connection.close();
  }
}

/** A file of records in the form of ELSA_D3, whose photographs are at a server. */
function records([whole, cut]: readonly string[]): Uint8Array<ArrayBuffer> {
  const rows = Array.from({ length: RECORDS }, (_, i) => i);
  const texts = {
    id: rows.map((i) => `r${i}`),
    original_prompt: rows.map((i) => `photograph ${i}`),
    positive_prompt: rows.map((i) => `a better photograph ${i}`),
    url: rows.map((i) => i % 8 === 4 ? null : `${i % 8 === 3 ? cut : whole}/${i}`),
    ...Object.fromEntries([0, 1, 2, 3].map((n) => [`model_gen${n}`, rows.map(() => `studio/model-${n}`)])),
  };
  const images = Object.fromEntries(
    [0, 1, 2, 3].map((n) => [`image_gen${n}`, rows.map(() => ({ bytes: new Uint8Array(png), path: null }))]),
  );
  return imageTable({ texts, images, cut: { group: 10 } });
}

const options: FetchOptions = { ...fetchDefaults, concurrency: 3, attempts: 2, seconds: 5 };
const file = "ELSA_D3/default/train/0000.parquet";

async function withElsa(use: (data: string, heard: Heard) => Promise<void>): Promise<void> {
  await withServer((addresses, heard) =>
    tree([], async (data) => {
      await put(`${data}/${file}`, records(addresses));
      await use(data, heard);
    })
  );
}

Deno.test("fetchReals() brings what is there, counts what is not, and asks no more at once than it may", async () => {
  await withElsa(async (data, heard) => {
    const told: number[] = [];
    const counts = await fetchReals({ data, split: "train" }, {
      ...options,
      tell: ({ there, dead, unreachable }) => told.push(there + dead + unreachable),
    });
    assertEquals(counts, {
      total: 24,
      there: 12,
      dead: 9,
      unreachable: 3,
      reasons: { "404": 3, "a web page": 3, "no address": 3 },
    });
    assertEquals(told, Array.from({ length: 24 }, (_, i) => i + 1));
    assert(heard.most <= 3 && heard.most > 1, `${heard.most} at once`);
    const left = await Array.fromAsync(Deno.readDir(`${data}/ELSA_D3/real/default/train/0000`));
    assertEquals(left.map(({ name }) => name).filter((name) => !/^\d+\.jpg$/.test(name)), []);

    const before = heard.paths.length;
    const again = await fetchReals({ data, split: "train" }, options);
    assertEquals(again, counts);
    assertEquals(new Set(heard.paths.slice(before)), new Set(["/3", "/11", "/19"])); // the unreachable ones alone
    await fetchReals({ data, split: "train" }, { ...options, retryDead: true });
    assert(heard.paths.slice(before).includes("/8"));
  });
});

Deno.test("a fetch that was ended goes on where it was, also behind a line that was cut off", async () => {
  await withElsa(async (data, heard) => {
    const controller = new AbortController();
    const ended = fetchReals({ data, split: "train" }, {
      ...options,
      signal: controller.signal,
      tell: ({ there }) => there === 4 && controller.abort(),
    });
    await assertRejects(() => ended, DOMException, "aborted");
    const ledger = `${data}/ELSA_D3/real/default/train/0000.jsonl`;
    const known = await readLedger(data, file);
    assert(known.size >= 4 && known.size < 20, `${known.size} known`);
    await Deno.writeTextFile(ledger, '\0\0\0\n{"row":23,"fi', { append: true });
    assertEquals((await readLedger(data, file)).size, known.size);

    const before = heard.paths.length;
    const counts = await fetchReals({ data, split: "train" }, options);
    assertEquals([counts.there, counts.dead, counts.unreachable], [12, 9, 3]);
    const twice = heard.paths.slice(before).filter((path) => known.has(Number(path.slice(1))));
    assertEquals(twice, []);
    assertEquals((await Deno.readTextFile(ledger)).match(/^\{.*\}$/gm)?.length, 21);
  });
});

Deno.test("a fetch that was killed leaves whole photographs and lines, and lets no second process in beside it", async () => {
  await withElsa(async (data, heard) => {
    const program = fileURLToPath(new URL("./fetching.ts", import.meta.url));
    const child = new Deno.Command(Deno.execPath(), { args: ["run", "-A", program, data], stdin: "null" }).spawn();
    while (heard.paths.length < 6) await new Promise((resolve) => setTimeout(resolve, 2));
    const second = await fetchReals({ data, split: "train" }, options).then(() => null, (error) => error);
    child.kill("SIGKILL");
    const { success } = await child.status;
    // where it was too quick to be met, nothing is to be told of it
    if (!success) assert(second === null || second.message.includes("another process writes it"), second?.message);

    const counts = await fetchReals({ data, split: "train" }, options);
    assertEquals([counts.there, counts.dead, counts.unreachable], [12, 9, 3]);
    const folder = `${data}/ELSA_D3/real/default/train/0000`;
    for (const { row, ...outcome } of (await readLedger(data, file)).values()) {
      if ("file" in outcome) {
        assertEquals(await Deno.readFile(`${folder}/${outcome.file}`), Uint8Array.from(jpeg), `${row}`);
      }
    }
  });
});

Deno.test("elsaD3() reads photographs that were fetched and fakes out of the records, with their captions", async () => {
  await withElsa(async (data) => {
    const bare = await collect(elsaD3({ withoutReal: "keep" }), data, "train");
    assertEquals([bare.length, bare.every(({ label }) => label === "fake")], [96, true]);
    await fetchReals({ data, split: "train" }, { ...options, attempts: 1 });

    const told: string[] = [];
    const samples = await collect(elsaD3(), data, "train", told);
    const reals = samples.filter(({ label }) => label === "real");
    assertEquals(samples.length, 5 * reals.length);
    assert(told.length === 1 && told[0].includes("are dropped"), told.join());
    const five = samples.filter(({ source }) => source === "ELSA_D3/r5");
    assertEquals(fieldsOf(five.slice(0, 2), "id", "label", "generator", "set", "caption"), [
      ["ELSA_D3/real/default/train/0000/5.jpg", "real", null, null, "photograph 5"],
      [`${file}#5/image_gen0`, "fake", "model-0", "model-0", "a better photograph 5"],
    ]);
    assertEquals((await imageOf(five[0].file)).width, 4);
    assertEquals((await imageOf(five[4].file)).data, new Uint8Array(48).fill(9));

    const kept = await collect(elsaD3({ withoutReal: "keep" }), data, "train");
    assertEquals(kept.length, 96 + reals.length);
    const drawn = await collect(elsaD3({ withoutReal: "keep", limit: { perClass: 6, seed: 1 } }), data, "train");
    assertEquals(new Set(drawn.map(({ source }) => source)).size, 6);
    await assertRejects(() => collect(elsaD3(), data, "test"), Deno.errors.NotFound, "validation, val or test");
    await assertRejects(() => collect(elsaD3(), data, "validation"), RangeError, 'Leave "data.validation" null');
  });
});
