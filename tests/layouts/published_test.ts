import { aligned } from "../../lib/layouts/aligned.ts";
import { drct2M } from "../../lib/layouts/drct_2m.ts";
import { elsaD3 } from "../../lib/layouts/elsa_d3.ts";
import { folders } from "../../lib/layouts/folders.ts";
import { genImage } from "../../lib/layouts/genimage.ts";
import { publishedSet } from "../../lib/layouts/published.ts";
import { assert, assertEquals } from "../assert.ts";

Deno.test("publishedSet() tells GenImage's images and its size by generator", () => {
  const whole = publishedSet(genImage({ generators: "all" }))!;
  assertEquals(whole.images("train"), { real: 1_300_000, fake: 1_300_000 });
  assertEquals(whole.images("test"), { real: 50_000, fake: 50_000 });
  assertEquals(whole.images("validation"), null);
  // the paper counts 1,331,167 photographs and 1,350,000 fakes
  assert(whole.gigabytes! > 600 && whole.gigabytes! < 700);
  assertEquals(publishedSet(genImage({ generators: ["sd15"] }))!.images("test"), { real: 8000, fake: 8000 });
  const tests = publishedSet(genImage({ generators: "all" }), ["test"])!;
  assert(tests.gigabytes === 24 && tests.source.includes("100,000 images"), tests.source);
});

Deno.test("publishedSet() counts fakes of DRCT-2M by photographs of MSCOCO, and says what is a guess", () => {
  const two = publishedSet(drct2M({ generators: ["sd-turbo", "sdxl-turbo"] }))!;
  assertEquals(two.images("train"), { real: 118_287, fake: 236_574 });
  assertEquals([two.gigabytes, two.images("validation")], [143, null]);
  assert(two.source.includes("246,574 fakes") && two.source.includes("guessed as PNG of 512"), two.source);
  assertEquals(publishedSet(elsaD3())!.images("train"), { real: 2_300_000, fake: 9_200_000 });
  assertEquals(publishedSet(aligned())!.images("train"), { real: 200_000, fake: 200_000 });
  assertEquals(publishedSet(aligned())!.gigabytes, 76);
  const shaders = publishedSet(aligned({ folder: "shaders" }))!;
  assertEquals([shaders.images("train"), shaders.gigabytes], [null, null]);
  assertEquals(publishedSet(folders({ real: ["a"], fake: { b: "b" } })), null);
  for (const layout of [genImage({ generators: "all" }), drct2M({ generators: "all" }), elsaD3(), aligned()]) {
    const { get, source } = publishedSet(layout)!;
    assert(get.length > 0 && source.length > 20 && get.join().includes("DIR"), layout.kind);
  }
});
