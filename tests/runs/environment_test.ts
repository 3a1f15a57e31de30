import { environment, packageVersions } from "../../lib/runs/environment.ts";
import { assert, assertEquals } from "../assert.ts";

Deno.test("the environment tells versions, machine and commit, and takes the rest as given", async () => {
  const found = await environment({ backend: "cpu", threads: 2, hashes: { "world.json": "ab" } });
  assertEquals([found.backend, found.threads, found.hashes], ["cpu", 2, { "world.json": "ab" }]);
  assertEquals([found.deno, found.v8], [Deno.version.deno, Deno.version.v8]);
  assert(found.commit === null || /^[0-9a-f]{40}(\+changes)?$/.test(found.commit), `commit ${found.commit}`);
  assert(/^\d+\.\d+\.\d+$/.test(found.packages["@tensorflow/tfjs"]));
  assert(found.system.startsWith(Deno.build.os));
});

Deno.test("package versions are read from an import map", () => {
  assertEquals(
    packageVersions({ a: "npm:sharp@0.35.5", b: "jsr:@std/cli@^1.0.0", c: "./x.ts", d: "npm:@a/b@1.0.0/c" }),
    {
      sharp: "0.35.5",
      "@std/cli": "^1.0.0",
      "@a/b": "1.0.0",
    },
  );
});
