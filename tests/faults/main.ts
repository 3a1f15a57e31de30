// `deno task test:faults`: makes every fault happen as often as it is to, and ends with the table of what became of it.
// What is typed goes on to `deno test`.
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const file = await Deno.makeTempFile();
try {
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "--allow-all", ...Deno.args, "tests/faults"],
    cwd: root,
    env: { COUNTERPROOF_FULL: "1", COUNTERPROOF_FAULT_TABLE: file },
  }).spawn().status;
  await Deno.stdout.write(new TextEncoder().encode(`\n${await Deno.readTextFile(file)}\n`));
  Deno.exitCode = code;
} finally {
  await Deno.remove(file);
}
