import { dirname, join } from "node:path";
import { readSafetensors } from "../../lib/engine/safetensors.ts";
import { assert, assertEquals } from "../assert.ts";
import { sha256, withHub } from "../hub/server.ts";
import { inFolder } from "../runs/example.ts";
import { counterproof } from "./command_line.ts";

const name = "timm/convnext_atto.d2_in1k";
const torchFiles = new URL("../engine/torch_files/", import.meta.url).pathname;

Deno.test("weights get fetches a set once, goes on after a break, and list tells that it is here", async () => {
  await withHub(async (hub, cache) => {
    const content = new Uint8Array(50_000).fill(7);
    hub.repo = name;
    hub.files.set("model.safetensors", content);
    hub.breakAfter = 20_000;
    const env = { HF_ENDPOINT: hub.address, HF_HUB_CACHE: cache };
    const broken = await counterproof(["weights", "get", name], { env });
    assertEquals([broken.code, broken.out], [1, ""]);
    assert(broken.err.includes("run the same command again to go on from there"), broken.err);
    const before = await counterproof(["weights", "list"], { env });
    assert(/convnext_atto\S+ +convnext atto +15 +224² +Apache/.test(before.out), before.out);
    hub.breakAfter = null;
    const { code, out } = await counterproof(["weights", "get", name], { env });
    assertEquals(code, 0);
    assert(out.startsWith(`Fetched ${name}, 0.1 MB, Apache-2.0\n`), out);
    assertEquals(sha256(await Deno.readFile(out.trim().split("\n")[1].trim())), sha256(content));
    assert((await counterproof(["weights", "get", name], { env })).out.startsWith("Already here: "));
    const { out: listed } = await counterproof(["weights", "list"], { env });
    assert(/convnext_atto\S+ +convnext atto +15 +224² +yes +Apache/.test(listed), listed);
    for (const part of ["openai/clip-vit-large-patch14", "resnet 50", "modelscope.cn"]) {
      assert(listed.includes(part), part);
    }
  });
});

Deno.test("weights get takes the next file of a set where the hub has not the first, and a CLIP's vocabulary", async () => {
  await withHub(async (hub, cache) => {
    hub.repo = "openai/clip-vit-base-patch32";
    hub.files.set("pytorch_model.bin", new Uint8Array(10));
    for (const part of ["vocab.json", "merges.txt"]) hub.files.set(part, new TextEncoder().encode(part));
    const env = { HF_ENDPOINT: hub.address, HF_HUB_CACHE: cache };
    const { code, out } = await counterproof(["weights", "get", hub.repo], { env });
    assert(code === 0 && out.trim().endsWith("pytorch_model.bin"), out);
    const beside = join(dirname(out.trim().split("\n")[1].trim()), "merges.txt");
    assertEquals(await Deno.readTextFile(beside), "merges.txt");
  });
});

Deno.test("weights convert writes the tensors of a file of PyTorch beside it, and tells them", async () => {
  await inFolder(async (folder) => {
    const file = join(folder, "kinds.pth");
    await Deno.copyFile(`${torchFiles}kinds.pth`, file);
    const { code, out } = await counterproof(["weights", "convert", file]);
    assertEquals(code, 0);
    assert(out.includes("half [2, 2]") && out.includes("12 tensors") && out.includes("2 of them widened"), out);
    const tensors = readSafetensors(await Deno.readFile(join(folder, "kinds.safetensors")));
    assertEquals([tensors.size, tensors.get("half")!.dtype], [12, "F32"]);
    assertEquals(tensors.get("half")!.data, Float32Array.of(1, -2, 65504, 2 ** -24));
    const again = await counterproof(["weights", "convert", file]);
    assert(again.code === 1 && again.err.includes("there is already a file"), again.err);
    const other = join(folder, "other.safetensors");
    const { err } = await counterproof(["weights", "convert", `${torchFiles}refused_ambiguous.pth`, "--out", other]);
    assert(err.includes("(--key NAME)"), err);
    const args = ["weights", "convert", `${torchFiles}refused_ambiguous.pth`, "--out", other, "--key", "b"];
    assertEquals((await counterproof(args)).code, 0);
  });
});

Deno.test("weights says what it expects", async () => {
  const told = async (args: string[], code: number, part: string) => {
    const ended = await counterproof(["weights", ...args], { env: { HF_ENDPOINT: "http://127.0.0.1:1" } });
    assertEquals([args, ended.code], [args, code]);
    assert(ended.err.includes(part), ended.err);
  };
  await told(["fetch", name], 2, "expected list, get NAME or convert FILE");
  await told(["get"], 2, "expected list, get NAME or convert FILE");
  await told(["get", "timm/convnext_ato.d2_in1k"], 1, `did you mean "${name}"?`);
  await told(["get", "drct"], 2, "it is not on the hub. Fetch it from https://modelscope.cn");
  await told(["get", name], 1, "Check the network or its proxy");
  await told(["convert", "nowhere.pth"], 1, "nowhere.pth");
  await told(["convert", "README.md"], 1, 'README.md", no file of PyTorch, as one of safetensors');
});
