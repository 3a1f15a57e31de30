import { pathToFileURL } from "node:url";

/** A page in a headless browser, driven over the DevTools protocol; whatever it asks of a network fails. */
export interface BrowserPage extends AsyncDisposable {
  /** Value of an expression in the page, awaited. */
  evaluate<T>(expression: string): Promise<T>;
  /** Sends one command to the page. */
  send(method: string, params?: Record<string, unknown>): Promise<Record<string, unknown>>;
  /** What the page has logged or thrown so far, and what it could not load. */
  readonly complaints: readonly string[];
}

/** Browsers that will do, by the names of their programs. */
export const browserNames = ["chromium", "chromium-browser", "google-chrome"] as const;

/** Path of the first browser there is; null when there is none. */
export function findBrowser(): string | null {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  const files = browserNames.flatMap((name) => folders.map((folder) => `${folder}/${name}`));
  return files.find((file) => {
    try {
      return Deno.statSync(file).isFile;
    } catch {
      return false;
    }
  }) ?? null;
}

// deno-fmt-ignore
const QUIET = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--disable-extensions", "--hide-scrollbars",
  "--host-resolver-rules=MAP * ~NOTFOUND"];

/**
 * Opens a file in a browser of its own, and waits until the page has loaded.
 *
 * @param profile folder for what the browser keeps
 */
export async function openPage(file: string, profile: string): Promise<BrowserPage> {
  const child = new Deno.Command(findBrowser()!, {
    args: ["--headless", "--no-sandbox", ...QUIET, "--remote-debugging-port=0", `--user-data-dir=${profile}`],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const { address, drained } = await listening(child.stderr);
  const socket = new WebSocket(address);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  const waiting = new Map<number, PromiseWithResolvers<Record<string, unknown>>>();
  const complaints: string[] = [];
  const loaded = Promise.withResolvers<void>();
  socket.onmessage = ({ data }) => {
    const { id, method, params, result, error } = JSON.parse(data);
    if (id !== undefined) {
      if (error === undefined) waiting.get(id)?.resolve(result);
      else waiting.get(id)?.reject(new Error(`Cannot drive the browser: ${error.message}`));
      waiting.delete(id);
    }
    if (method === "Page.loadEventFired") loaded.resolve();
    if (COMPLAINTS.includes(method)) complaints.push(`${method} ${JSON.stringify(params)}`);
  };
  let last = 0;
  const session: { sessionId?: string } = {};
  const send = (method: string, params: Record<string, unknown> = {}): Promise<Record<string, unknown>> => {
    const answer = Promise.withResolvers<Record<string, unknown>>();
    waiting.set(++last, answer);
    socket.send(JSON.stringify({ id: last, method, params, ...session }));
    return answer.promise;
  };
  const { targetId } = await send("Target.createTarget", { url: "about:blank" });
  session.sessionId = (await send("Target.attachToTarget", { targetId, flatten: true })).sessionId as string;
  for (const domain of ["Page", "Runtime", "Log", "Network"]) await send(`${domain}.enable`);
  await send("Page.navigate", { url: pathToFileURL(file).href });
  await loaded.promise;
  return {
    complaints,
    send,
    async evaluate<T>(expression: string): Promise<T> {
      const { result, exceptionDetails } = await send("Runtime.evaluate", {
        expression,
        awaitPromise: true,
        returnByValue: true,
      }) as { result: { value: T }; exceptionDetails?: unknown };
      if (exceptionDetails !== undefined) throw new Error(`${expression}: ${JSON.stringify(exceptionDetails)}`);
      return result.value;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      socket.close();
      child.kill();
      await Promise.all([child.status, drained]);
    },
  };
}

const COMPLAINTS = ["Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded", "Network.loadingFailed"];

/** The address at which the browser takes commands, which it tells on standard error; the rest is read and dropped. */
async function listening(
  stderr: ReadableStream<Uint8Array>,
): Promise<{ address: string; drained: Promise<void> }> {
  const reader = stderr.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`Cannot start the browser: ${text}`);
    text += value;
    const address = /listening on (ws:\S+)\n/.exec(text)?.[1];
    if (address === undefined) continue;
    const drained = (async () => {
      while (!(await reader.read()).done);
    })();
    return { address, drained };
  }
}

/** Waits until so many plotly figures are drawn. */
export async function waitForFigures(opened: BrowserPage, count: number): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (
      await opened.evaluate(
        "document.querySelectorAll('.js-plotly-plot .main-svg').length > 0 && " +
          `document.querySelectorAll('.js-plotly-plot').length === ${count}`,
      )
    ) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`Cannot see ${count} figures: ${opened.complaints.join("\n")}`);
}

/** Runs `body` with a page opened in a browser, which is closed afterwards. */
export async function inPage(html: string, body: (opened: BrowserPage) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/page.html`, html);
    await using opened = await openPage(`${folder}/page.html`, `${folder}/profile`);
    await body(opened);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
