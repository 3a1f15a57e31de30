/** Locks on a disk that several machines share, as NFS: what is relied on, and what is done where locks do not reach. */
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { holderOf, lockFile } from "../../lib/runs/lock_file.ts";
import { DEAD } from "../../lib/runs/lock_look.ts";
import { writeAtomic } from "../../lib/runs/atomic.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { inFolder } from "./example.ts";

/** Runs the body as if all disks were shared. */
async function onSharedDisk(body: (folder: string) => Promise<void>): Promise<void> {
  Deno.env.set("COUNTERPROOF_SHARED_DISK", "1");
  try {
    await inFolder(body);
  } finally {
    Deno.env.delete("COUNTERPROOF_SHARED_DISK");
  }
}

const elsewhere = (token: string) =>
  JSON.stringify({ pid: 7, host: "node-7", since: "2026-01-01T00:00:00.000Z", token, machine: "another" });

Deno.test("six machines whose locks do not reach one another are never inside together, and outlive dead holders", () =>
  onSharedDisk(async (folder) => {
    const path = join(folder, "lock.json");
    const [turns, deaths] = Deno.env.get("COUNTERPROOF_FULL") === "1" ? [200, 40] : [20, 3];
    const program = fileURLToPath(new URL("./lock_contender.ts", import.meta.url));
    const all = await Promise.all(Array.from({ length: 6 }, (_, i) =>
      new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-check", program, path, `machine-${i}`, String(turns), String(deaths)],
        stdin: "null",
      }).output()));
    for (const { success, stdout, stderr } of all) {
      assert(success, new TextDecoder().decode(stderr));
      assertEquals(new TextDecoder().decode(stdout), "0");
    }
    const left = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
    assertEquals(left.filter((name) => name !== "lock.json"), []); // one that died last may have left its own
  }));

Deno.test("of many who make one name with O_EXCL one succeeds, and a rename shows the old file or the new", () =>
  inFolder(async (folder) => {
    const made = await Promise.allSettled(
      Array.from({ length: 50 }, () => Deno.open(join(folder, "one"), { write: true, createNew: true })),
    );
    const winners = made.flatMap((one) => one.status === "fulfilled" ? [one.value] : []);
    for (const file of winners) file.close();
    assertEquals(winners.length, 1);
    const file = join(folder, "two");
    await writeAtomic(file, "0".repeat(4096));
    const writer = (async () => {
      for (let i = 1; i < 30; i++) await writeAtomic(file, String(i % 10).repeat(4096));
    })();
    for (let i = 0; i < 200; i++) assert(/^(\d)\1{4095}$/.test(await Deno.readTextFile(file)));
    await writer;
  }));

Deno.test("a holder on another machine is believed while it gives signs of life, and a quarter of an hour longer", () =>
  onSharedDisk(async (folder) => {
    const path = join(folder, "lock.json");
    const at = async (age: number): Promise<void> => {
      await Deno.writeTextFile(path, elsewhere("theirs"));
      const time = new Date(Date.now() - age);
      await Deno.utime(path, time, time);
    };
    await at(DEAD - 60_000);
    assertEquals((await holderOf(path))?.host, "node-7");
    await assertRejects(() => lockFile(path, (who) => `Held by ${who}`), Error, 'Held by process 7 on "node-7"');
    await at(DEAD + 60_000);
    assertEquals(await holderOf(path), null);
    using _ = await lockFile(path, (who) => who);
    assertEquals((await holderOf(path))?.pid, Deno.pid);
  }));

Deno.test("on a disk of this machine alone its locks have the last word, whatever the file says", () =>
  inFolder(async (folder) => {
    const path = join(folder, "lock.json");
    await Deno.writeTextFile(path, elsewhere("theirs"));
    assertEquals(await holderOf(path), null);
    using _ = await lockFile(path, (who) => who);
    await Deno.writeTextFile(path, elsewhere("theirs"));
    assertEquals((await holderOf(path))?.host, "node-7");
  }));

Deno.test("whoever was halted so long that another took its place writes nothing more, and leaves the other's lock", () =>
  onSharedDisk(async (folder) => {
    const path = join(folder, "lock.json");
    const now = Date.now;
    const lock = await lockFile(path, (who) => who);
    await lock.sure();
    try {
      Date.now = () => now() + DEAD; // as after a sleep
      await lock.sure(); // nobody came
      await writeAtomic(path, elsewhere("theirs"));
      Date.now = () => now() + 2 * DEAD;
      await assertRejects(() => lock.sure(), Error, 'process 7 on "node-7" since 2026-01-01T00:00:00.000Z has taken');
    } finally {
      Date.now = now;
      lock[Symbol.dispose]();
    }
    assertEquals(await Deno.readTextFile(path), elsewhere("theirs"));
  }));
