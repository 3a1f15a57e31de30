import { assert, assertEquals } from "../../assert.ts";
import { runFile } from "../child.ts";
import { networks } from "./networks.ts";

Deno.test("every block of the house's networks trains to the same bits with 1, 2, 3 and 5 threads", async () => {
  const printed = await Promise.all(["1", "2", "3", "5"].map(async (threads) => {
    const bytes = await runFile(new URL("./networks.ts", import.meta.url), [threads]);
    return new TextDecoder().decode(bytes).trimEnd().split("\n");
  }));
  for (const [i, name] of Object.keys(networks).entries()) {
    const digests = printed.map((lines) => lines[i]);
    assert(/^[0-9a-f]{64}$/.test(digests[0]), `${name}: ${digests[0]}`);
    assertEquals(new Set(digests).size, 1, `${name}: ${digests.join(" ")}`);
  }
});
