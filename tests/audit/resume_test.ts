import { fileURLToPath } from "node:url";
import { type Audit, audit, auditEvents } from "../../lib/audit/audit.ts";
import { everySplit } from "../../lib/audit/listing.ts";
import { genImage, reencoded } from "../../lib/layouts/mod.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { plant } from "./planted.ts";

const folder = await Deno.makeTempDir();
Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

const data = `${folder}/data`;
const COUNT = 50;
await plant(data, {
  count: COUNT,
  real: (n) => ({ format: "jpeg", quality: n < 9 ? 92 : 70 }),
  fake: () => ({ format: "png" }),
  size: () => [20, 20],
});
const of = genImage({ generators: ["sd14"] });
const train = `${data}/GenImage/stable_diffusion_v_1_4/imagenet_ai_0419_sdv4/train`;

async function audited(options: object, layout: Parameters<typeof everySplit>[0] = of): Promise<[Audit, string[]]> {
  const told: string[] = [];
  return [await audit(everySplit(layout), { data, tell: (what) => told.push(what), ...options }), told];
}

const known = ([, told]: [Audit, string[]]): number => Number(/Of \d+ pictures (\d+) were/.exec(told.join())?.[1] ?? 0);

Deno.test("an audit that was killed goes on with the pictures that it had looked at, and finds the same", async () => {
  const artifacts = `${folder}/killed`;
  const program = fileURLToPath(new URL("./stopped.ts", import.meta.url));
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", program, data, artifacts],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const out = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = ""; !text.includes("comparing pictures");) {
    const { value, done } = await out.read();
    assert(!done, text);
    text += value;
  }
  child.kill("SIGKILL");
  await out.cancel();
  await child.status;
  const [fresh] = await audited({});
  const again = await audited({ artifacts });
  // 64 pictures were looked at, and written 16 at a time, of which some more may have followed
  assert(known(again) >= 64 && known(again) <= 4 * COUNT, again[1].join());
  assertEquals(again[0], fresh);
  const third = await audited({ artifacts });
  assertEquals([third[0], known(third)], [fresh, 4 * COUNT]);
});

Deno.test("an audit that is stopped keeps what it had, and pictures that were written anew are looked at anew", async () => {
  const artifacts = `${folder}/stopped`;
  const controller = new AbortController();
  const stopping = async () => {
    for await (const { doing } of auditEvents(everySplit(of), { data, artifacts, signal: controller.signal })) {
      if (doing === "comparing pictures") controller.abort();
    }
  };
  assertEquals((await assertRejects(stopping, DOMException)).name, "AbortError");
  assertEquals(known(await audited({ artifacts })), 64);
  const path = `${train}/nature/real-3.jpg`;
  await Deno.utime(path, 1, 1);
  const again = await audited({ artifacts });
  assertEquals(known(again), 4 * COUNT - 1);
  // stored anew, the codes of what lies on the disk stay, while the spectrum is another
  const [view] = await audited({ artifacts }, reencoded({ of, quality: 60 }));
  assertEquals(view, (await audited({}, reencoded({ of, quality: 60 })))[0]);
});
