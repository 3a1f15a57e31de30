// deno-lint-ignore-file no-console -- a bench reports on the console
/**
 * Times `evaluate --scores` of a million scores as a user types it: reading the file, all metrics, and 95 % intervals over
 * sources. Once as one test set of images that are each their own source, in no order, once as eight generators with
 * photographs of their own, three images to a source. `deno task bench:scores [ROWS]`; goals: 5 s and 1,000 MB.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { random } from "../lib/random.ts";

const command = fileURLToPath(new URL("./runs_command.ts", import.meta.url));
const rows = Number(Deno.args[0] ?? 1_000_000);
const generators = ["adm", "biggan", "glide", "midjourney", "sd14", "sd15", "vqdm", "wukong"];

/** Seeded scores of fakes and photographs in turn, two standard deviations of the log-odds apart. */
function csvOf({ sets }: { readonly sets: boolean }): string {
  const draw = random(1, "scores");
  const lines = [sets ? "id,label,score,generator,source" : "id,label,score"];
  for (let i = 0; i < rows; i++) {
    const fake = i % 2 === 1;
    const score = (1 / (1 + Math.exp(-draw.normal() - (fake ? 1 : -1)))).toFixed(7);
    const set = generators[(i >> 1) % generators.length];
    const mixed = (i * 7919) % rows;
    lines.push(
      sets
        ? `${set}/${fake ? "ai" : "nature"}/${i}.png,${fake ? "fake" : "real"},${score},${set},photo-${
          mixed % (rows / 3 | 0)
        }`
        : `image-${mixed}.png,${fake ? 1 : 0},${score}`,
    );
  }
  return lines.join("\n");
}

const folder = await Deno.makeTempDir({ prefix: "counterproof-bench-" });
try {
  for (const sets of [false, true]) {
    const file = join(folder, `${sets ? "eight" : "one"}.csv`);
    await Deno.writeTextFile(file, csvOf({ sets }));
    const began = performance.now();
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", command, "evaluate", "--scores", file, "--json"],
    }).output();
    const seconds = (performance.now() - began) / 1000;
    const told = new TextDecoder().decode(stderr).trim();
    if (code !== 0) throw new Error(`evaluate --scores failed: ${told}`);
    const what = sets ? "eight test sets, three images a source" : "one test set, each image its own source";
    console.log(`${rows} scores, ${what}: ${seconds.toFixed(1)} s, ${told.split("\n").at(-1)} MB`);
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
