/** A headless browser for tests that look at a page. */

/** Names under which one is looked for. */
export function browserNames(): string[] {
  return ["chromium", "chromium-browser", "google-chrome"];
}

/** The first of them on this machine, or null. */
export function findBrowser(): string | null {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  const files = browserNames().flatMap((name) => folders.map((folder) => `${folder}/${name}`));
  return files.find((file) => {
    try {
      return Deno.statSync(file).isFile;
    } catch {
      return false;
    }
  }) ?? null;
}

/** The page's elements after its scripts have run, and what the browser logged; whatever it asks of a network fails. */
export async function openPage(browser: string, file: string): Promise<{ dom: string; log: string }> {
  const profile = await Deno.makeTempDir();
  // deno-fmt-ignore
  const quiet = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-extensions", "--host-resolver-rules=MAP * ~NOTFOUND"];
  const args = ["--headless", "--no-sandbox", ...quiet, "--enable-logging=stderr", `--user-data-dir=${profile}`];
  try {
    const { stdout, stderr } = await new Deno.Command(browser, {
      args: [...args, "--virtual-time-budget=8000", "--window-size=1200,1800", "--dump-dom", `file://${file}`],
      stdout: "piped",
      stderr: "piped",
      signal: AbortSignal.timeout(60_000),
    }).output();
    return { dom: new TextDecoder().decode(stdout), log: new TextDecoder().decode(stderr) };
  } finally {
    await Deno.remove(profile, { recursive: true });
  }
}
