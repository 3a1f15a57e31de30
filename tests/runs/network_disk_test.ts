import { networkOf, networkUnder } from "../../lib/runs/network_disk.ts";
import { assertEquals } from "../assert.ts";

Deno.test("file systems of other machines are known by their numbers, signed or not", () => {
  assertEquals([networkOf(0x6969), networkOf(0xff534d42), networkOf(0xff534d42 | 0)], ["NFS", "CIFS", "CIFS"]);
  assertEquals(networkOf(0xef53), null);
});

Deno.test("a disk counts as shared where the user says so", async () => {
  Deno.env.set("COUNTERPROOF_SHARED_DISK", "1");
  try {
    assertEquals(await networkUnder("/"), "a shared disk");
  } finally {
    Deno.env.delete("COUNTERPROOF_SHARED_DISK");
  }
});
