import { compare, type CompareRow } from "../../lib/report/compare.ts";
import { headline } from "../../lib/report/headline.ts";
import { assertClose } from "../assert.ts";
import { syntheticRecord } from "./records.ts";

Deno.test("headline() is the mean over unseen generators that compare() tells, and over all where none is unseen", () => {
  for (const [trained, role] of [[["A"], "mean of unseen"], [["A", "B", "E", "G"], "mean"]] as const) {
    const record = syntheticRecord({ name: "dual", trained });
    const row = (compare([record]).objects() as CompareRow[]).find((row) => row.role === role)!;
    assertClose(headline(record).accuracy, row.accuracy, 1e-14);
    assertClose(headline(record).auc, row.auc, 1e-14);
  }
});
