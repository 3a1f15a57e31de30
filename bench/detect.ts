/**
 * How long a user waits for the verdict on one photograph: the whole process of `deno task detect pocket`, from its start
 * to its end, with the load of the engine and of the shipped model. The goal is under a second on a quiet machine.
 */
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { decodeImage } from "../lib/image/decode.ts";
import { encodeImage } from "../lib/image/encode.ts";
import { shippedWorld } from "../lib/layouts/pocket.ts";

const ROUNDS = Number(Deno.args[0] ?? 7);
const GOAL = 1;

const main = fileURLToPath(new URL("../lib/cli/main.ts", import.meta.url));
const folder = await Deno.makeTempDir();
try {
  const photograph = await decodeImage(join(shippedWorld, "photographs", "erase-bee.webp"));
  const file = join(folder, "photograph.jpg");
  await Deno.writeFile(file, await encodeImage(photograph, { format: "jpeg", quality: 92 }));
  const seconds: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const began = performance.now();
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", main, "detect", "pocket", file, "--json", "--backend", "wasm"],
    }).output();
    if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
    if (round > 0) seconds.push((performance.now() - began) / 1000); // the first one fills the caches of the disk
  }
  seconds.sort((a, b) => a - b);
  const [least, median] = [seconds[0], seconds[seconds.length >> 1]];
  say(`${photograph.width} × ${photograph.height} pixels, JPEG; ${ROUNDS} processes on wasm`);
  say(
    `least ${least.toFixed(2)} s, median ${median.toFixed(2)} s; goal under ${GOAL} s: ${
      median < GOAL ? "met" : "missed"
    }`,
  );
  say(`load of the machine ${Deno.loadavg()[0].toFixed(1)} on ${navigator.hardwareConcurrency} cores`);
} finally {
  await Deno.remove(folder, { recursive: true });
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
