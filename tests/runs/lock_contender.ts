/**
 * A process that stands for a machine of its own on a shared disk whose locks reach no other machine, for
 * tests/runs/lock_shared_test.ts: takes a lock again and again, and says whether anybody was inside beside it.
 */
import { lockFile } from "../../lib/runs/lock_file.ts";

const [path, machine, turns, deaths] = Deno.args;
Deno.FsFile.prototype.tryLock = () => Promise.resolve(true); // whoever asks gets it
const read = Deno.readTextFileSync;
Deno.readTextFileSync = (file) => String(file).endsWith("boot_id") ? machine : read(file);

const inside = `${path}.inside`;
let together = 0;
for (let turn = 0; turn < Number(turns);) {
  try {
    const lock = await lockFile(path, (who) => who);
    turn++;
    try {
      (await Deno.open(inside, { write: true, createNew: true })).close();
    } catch {
      together++;
    }
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
    await Deno.remove(inside).catch(() => {});
    if (turn % 5 === 0 && turn / 5 <= Number(deaths)) {
      // as after a power cut, long ago: the file stays as it was, and nobody gives signs of life
      const old = new Date(Date.now() - 3_600_000);
      const text = await Deno.readTextFile(path);
      lock[Symbol.dispose]();
      const dead = `${path}.${machine}-${turn}.dead`;
      await Deno.writeTextFile(dead, text.replace(/"token":"[^"]*"/, `"token":"${machine}-${turn}"`));
      await Deno.utime(dead, old, old);
      await Deno.link(dead, path).catch(() => {}); // unless somebody has it by now
      await Deno.remove(dead);
    } else lock[Symbol.dispose]();
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith("process ") && error.message !== "another process") {
      throw error;
    }
  }
}
Deno.stdout.writeSync(new TextEncoder().encode(String(together)));
Deno.exit(0);
