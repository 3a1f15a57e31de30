import { failure } from "../../lib/cli/execute.ts";
import { assertEquals } from "../assert.ts";

Deno.test("failure() takes the cell and its error out of what nbconvert logs", () => {
  const log = [
    "[NbConvertApp] Converting notebook a.ipynb to notebook",
    "Traceback (most recent call last):",
    '  File "/usr/lib/python3/nbclient/client.py", line 1, in execute',
    "nbclient.exceptions.CellExecutionError: An error occurred while executing the following cell:",
    "------------------",
    "const x = 1;",
    "fail(x);",
    "------------------",
    "",
    "----- stdout -----",
    "before",
    "------------------",
    "",
    "\x1b[31mRangeError\x1b[0m: Cannot fail",
    "    at fail (file:///somewhere/lib/a.ts:1:2)",
    "    at <anonymous>:2:1",
  ].join("\n");
  assertEquals(
    failure(log),
    "a cell fails.\n\nconst x = 1;\nfail(x);\n\nbefore\n\nRangeError: Cannot fail\n    at <anonymous>:2:1",
  );
});

Deno.test("failure() tells the last words when no cell is to blame", () => {
  assertEquals(failure("Traceback\nOSError: disk full\n"), "OSError: disk full");
  assertEquals(failure(""), "nbconvert says nothing");
});
