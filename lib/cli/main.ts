// Nothing is imported here and every line is old syntax: whatever Deno runs this must reach the check below,
// which alone can tell the user what is wrong.

/** The oldest Deno that runs the rest. */
const NEEDED = "2.9.6";

if (isOlder(Deno.version.deno, NEEDED)) {
  const task = Deno.args[0] || "demo";
  const message = `Counterproof needs Deno ${NEEDED} or newer, this is ${Deno.version.deno}; ` +
    `run: npx -y deno@${NEEDED} task ${task}\n`;
  Deno.stderr.writeSync(new TextEncoder().encode(message));
  Deno.exit(1);
}

// not a literal, or Deno would load what is behind it before it runs the check
const { start } = await import(new URL("./start.ts", import.meta.url).href);
Deno.exit(await start(Deno.args));

function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => text.split(/[.+-]/).map(Number));
  for (let i = 0; i < 3; i++) if (a[i] !== b[i]) return a[i] < b[i];
  return false;
}
