import { isPartialScores, openPartialScores } from "../../lib/runs/partial_scores.ts";
import { assert, assertEquals } from "../assert.ts";
import { inFolder } from "./example.ts";

const key = "ab".repeat(32);

Deno.test("scores of unfinished work are there when it is taken up, and gone when it is done", () =>
  inFolder(async (folder) => {
    const first = await openPartialScores(folder, key);
    assertEquals(first.at(0), null);
    await first.add(0, [0.5, 1 / 3]);
    await first.add(64, [Math.fround(0.1)]);
    const second = await openPartialScores(folder, key);
    assertEquals([second.at(0), second.at(64), second.at(128)], [[0.5, 1 / 3], [Math.fround(0.1)], null]);
    const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
    assert(names.length === 1 && isPartialScores(names[0]), names.join());
    await second.remove();
    await second.remove();
    assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
  }));

Deno.test("a line that was cut short, or of other work, is passed over", () =>
  inFolder(async (folder) => {
    const first = await openPartialScores(folder, key);
    await first.add(0, [0.5]);
    const [{ name }] = await Array.fromAsync(Deno.readDir(folder));
    await Deno.writeTextFile(`${folder}/${name}`, '{"key":"ab', { append: true });
    await (await openPartialScores(folder, key)).add(64, [0.25]);
    const third = await openPartialScores(folder, key);
    assertEquals([third.at(0), third.at(64)], [[0.5], [0.25]]);
    const alike = await openPartialScores(folder, `${key.slice(0, 12)}${"0".repeat(52)}`);
    assertEquals(alike.at(0), null);
  }));
