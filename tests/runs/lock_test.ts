import { join } from "node:path";
import { holder, lockRun } from "../../lib/runs/lock.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { inFolder } from "./example.ts";

Deno.test("a run's folder can be held once, and again when it is released", async () => {
  await inFolder(async (folder) => {
    const first = await lockRun(folder);
    const error = await assertRejects(() => lockRun(folder), Error, `process ${Deno.pid} on "${Deno.hostname()}"`);
    assert(error.message.includes(folder));
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
    using _ = await lockRun(folder);
    assertEquals((await holder(folder))?.pid, Deno.pid);
  });
});

Deno.test("another process is named while it holds a run, and is no hindrance once it is dead", async () => {
  await inFolder(async (folder) => {
    const module = new URL("../../lib/runs/lock.ts", import.meta.url).href;
    const code = `import { lockRun } from ${JSON.stringify(module)};
      const lock = await lockRun(${JSON.stringify(folder)});
      console.log("held");
      await new Promise(() => setTimeout(() => lock, 60_000));`;
    const file = join(folder, "..", `${crypto.randomUUID()}.ts`);
    await Deno.writeTextFile(file, code);
    const child = new Deno.Command(Deno.execPath(), { args: ["run", "-A", "--no-lock", file], stdout: "piped" })
      .spawn();
    try {
      const reader = child.stdout.getReader();
      await reader.read();
      const error = await assertRejects(() => lockRun(folder), Error, `process ${child.pid} on`);
      assert(error.message.includes("Follow it with --detach (detached: true)"));
      assertEquals((await holder(folder))?.pid, child.pid);
      child.kill("SIGKILL");
      await child.status;
      await reader.cancel();
      assertEquals(await holder(folder), null);
      await Deno.writeTextFile(join(folder, "record.json.77-1.tmp"), "half");
      using _ = await lockRun(folder);
      const names = (await Array.fromAsync(Deno.readDir(folder))).map((entry) => entry.name);
      assertEquals(names, ["lock.json"]);
    } finally {
      await Deno.remove(file);
    }
  });
});
