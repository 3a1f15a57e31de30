/** Indexes a tree as far as its 15th sample, and waits there to be killed: `deno run index_child.ts DATA FILE`. */
import { indexData } from "../../lib/data/index_make.ts";
import { genImage } from "../../lib/layouts/mod.ts";

if (import.meta.main) {
  const [data, file] = Deno.args;
  const spec = genImage({ generators: ["sd14", "biggan"] });
  for await (const { done } of indexData(spec, { data, file, hash: true, group: 5 })) {
    // deno-lint-ignore no-console -- the test that started it reads this
    console.log(done);
    if (done >= 15) await new Promise((resolve) => setTimeout(resolve, 60_000));
  }
}
