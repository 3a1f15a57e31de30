import { auditData } from "../../lib/cli/audit_data.ts";
import { UsageError } from "../../lib/cli/command.ts";
import { encodeImage } from "../../lib/image/encode.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { plant, scene } from "../audit/planted.ts";
import { counterproof } from "./command_line.ts";

const folder = await Deno.makeTempDir();
Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

const front = new URL("../../mod.ts", import.meta.url).href;

await Deno.mkdir(`${folder}/pictures/fakes`, { recursive: true });
for (const [at, format] of [["camera", "jpeg"], ["fakes/one", "png"], ["fakes/two", "png"]] as const) {
  await Deno.mkdir(`${folder}/pictures/${at}`);
  for (let n = 0; n < 8; n++) {
    const bytes = await encodeImage(scene(n, { width: 32, height: 32 }), { format, quality: 90 });
    await Deno.writeFile(`${folder}/pictures/${at}/${n}.${format}`, bytes);
  }
}

Deno.test("folders are audited as JSON, and the figures go into a page", async () => {
  const folders = ["camera", "fakes/one", "fakes/two"].map((name) => `${folder}/pictures/${name}`);
  const page = `${folder}/pages/audit.html`;
  const kept = ["--artifacts", `${folder}/artifacts`];
  const { code, out, err } = await counterproof(["audit", ...folders, "--json", "--page", page, ...kept]);
  assertEquals(code, 0, err);
  const found = JSON.parse(out);
  assert(found.probe.auc > 0.95 && found.probe.low <= found.probe.auc && found.probe.high >= found.probe.auc);
  assertEquals([found.verdict, found.data, found.page], ["biased", "camera, one, two", page]);
  const groups = found.tables.groups.map((group: Record<string, unknown>) => [group.label, group.name, group.images]);
  assertEquals(groups, [["real", "all", 8], ["fake", "one", 8], ["fake", "two", 8]]);
  assert((await Deno.readTextFile(page)).includes("<h1>Audit of camera, one, two</h1>"));
  assert(err.includes("Verdict: biased"));
});

Deno.test("a file that exports layouts or an experiment, a kind, and a folder that is recognised", async () => {
  const data = `${folder}/data`;
  await plant(data, { count: 2, real: () => ({ format: "png" }), fake: () => ({ format: "png" }) });
  const file = `${folder}/sets.ts`;
  await Deno.writeTextFile(
    file,
    `import { genImage, reencoded } from "${front}";
const of = genImage({ generators: ["sd14"] });
export default of;
export const aligned = () => [reencoded({ of })];`,
  );
  const kinds = async (word: string) => {
    const { sources, data: at } = await auditData([word], data);
    return [sources.map(({ layout, split }) => `${layout.kind} ${split}`).join(", "), at];
  };
  const all = (kind: string) => ["train", "validation", "test"].map((split) => `${kind} ${split}`).join(", ");
  assertEquals(await kinds(file), [all("genImage"), data]);
  assertEquals(await kinds(`${file}#aligned`), [all("reencoded"), data]);
  assertEquals(await kinds("pocket"), [all("pocket"), data]);
  // of a folder what is there is taken: sd14 alone, which has no validation split
  assertEquals(await kinds(data), ["genImage train, genImage test", data]);
  const { missing } = await auditData([data], null);
  assertEquals(missing.map((what) => what.replace(/^sd15, .* in /, "")), ["train", "test"]);
  const dual = new URL("../../experiments/dual_loss.ts", import.meta.url).pathname;
  assertEquals((await auditData([`${dual}#dual`], null)).sources.map(({ split, optional }) => [split, optional]), [
    ["train", false],
    ["test", false],
  ]);
});

Deno.test("what cannot be audited is refused with what would do", async () => {
  await assertRejects(() => auditData([`${folder}/pictures`], null), UsageError, "genImage: GenImage/<generator>");
  await assertRejects(() => auditData([`${folder}/none.ts`], null), Deno.errors.NotFound, "no such file");
  await assertRejects(() => auditData([folder, `${folder}/none`], null), Deno.errors.NotFound, "folder of photographs");
  await assertRejects(() => auditData(["lareList"], null), UsageError, "it needs options");
  await assertRejects(
    () => auditData([`${folder}/pictures/camera/0.jpeg`], null),
    UsageError,
    "it is no TypeScript file",
  );
  const missing = await counterproof(["audit", `${folder}/nowhere`]);
  assert(
    missing.code === 1 && missing.err.startsWith(`Cannot audit "${folder}/nowhere": there is no such file`),
    missing.err,
  );
  assert(missing.err.includes("the kinds are ") && missing.err.includes("pocket"), missing.err);
  const { code, err } = await counterproof(["audit", "pocket", "--limit", "0"]);
  assertEquals(code, 2);
  assert(err.includes('Cannot read "--limit 0"'));
});
