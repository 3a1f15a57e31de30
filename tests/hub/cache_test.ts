import { join } from "node:path";
import { cachedFile, hubCache } from "../../lib/hub/cache.ts";
import { assertEquals } from "../assert.ts";

/** Runs with some variables of the environment, the others that name the cache unset. */
function withEnvironment(variables: Record<string, string>, test: () => void): void {
  const names = ["HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME", "HOME"];
  const before = names.map((name) => [name, Deno.env.get(name)] as const);
  const set = (name: string, value: string | undefined) =>
    value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
  try {
    for (const name of names) set(name, variables[name]);
    test();
  } finally {
    for (const [name, value] of before) set(name, value);
  }
}

Deno.test("hubCache() is where Python's client keeps its files", () => {
  const all = {
    HF_HUB_CACHE: "/hub",
    HUGGINGFACE_HUB_CACHE: "/older",
    HF_HOME: "/home/hf",
    XDG_CACHE_HOME: "/xdg",
    HOME: "/root",
  };
  const without = (...names: string[]) =>
    Object.fromEntries(Object.entries(all).filter(([name]) => !names.includes(name)));
  const expected = (variables: Record<string, string>, path: string) =>
    withEnvironment(variables, () => assertEquals(hubCache(), path));
  expected(all, "/hub");
  expected(without("HF_HUB_CACHE"), "/older");
  expected(without("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"), "/home/hf/hub");
  expected(without("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME"), "/xdg/huggingface/hub");
  expected({ HOME: "/root" }, "/root/.cache/huggingface/hub");
});

Deno.test("cachedFile() finds the file of the commit that main stands at", async () => {
  const cache = await Deno.makeTempDir();
  const file = { repo: "timm/tiny", path: "a/model.safetensors" };
  assertEquals(await cachedFile(file, cache), null);
  const folder = join(cache, "models--timm--tiny");
  await Deno.mkdir(join(folder, "refs"), { recursive: true });
  await Deno.writeTextFile(join(folder, "refs", "main"), "abc");
  assertEquals(await cachedFile(file, cache), null);
  await Deno.mkdir(join(folder, "snapshots", "abc", "a"), { recursive: true });
  const path = join(folder, "snapshots", "abc", "a", "model.safetensors");
  await Deno.symlink("../../../blobs/gone", path);
  assertEquals(await cachedFile(file, cache), null);
  await Deno.remove(path);
  await Deno.writeTextFile(path, "x");
  assertEquals(await cachedFile(file, cache), path);
  await Deno.remove(cache, { recursive: true });
});
