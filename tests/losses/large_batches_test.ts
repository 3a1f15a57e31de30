import { assert } from "../assert.ts";
import { runFile } from "../engine/child.ts";
import { testBackend } from "../tensors.ts";

Deno.test({
  name: "AUC of 2,048 rows and the terms of pairs of 1,024 rows take less than 1 GB, with their gradients",
  // the cpu backend takes half a minute for products of matrices of a million values
  ignore: testBackend === "cpu",
  fn: async () => {
    const printed = await runFile(new URL("./large_batches.ts", import.meta.url), [testBackend]);
    const megabytes = Number(new TextDecoder().decode(printed));
    assert(megabytes > 0 && megabytes < 1000, `${megabytes} MB`);
  },
});
