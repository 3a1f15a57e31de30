import { pathToFileURL } from "node:url";
import { signalTo } from "./signal_to.ts";

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
  // a container's /dev/shm is often too small for a page, which then dies
  "--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND"];

/** A browser that gives no answer for so long, even on a loaded machine, will give none. */
const LIMIT_MS = 120_000;

/**
 * Opens a file in a browser of its own, and waits until the page has loaded; one that does not come so far is replaced
 * once. A browser that dies later, or is silent for two minutes, is an error that names what was asked of it.
 *
 * @param profile folder for what the browser keeps
 */
export async function openPage(file: string, profile: string): Promise<BrowserPage> {
  try {
    return await started(file, profile);
  } catch (error) {
    // deno-lint-ignore no-console -- a browser that does not come up is no test of ours, but who reads the log should know
    console.log(`${(error as Error).message}; once more, with another`);
    return await started(file, `${profile}-again`);
  }
}

async function started(file: string, profile: string): Promise<BrowserPage> {
  const child = new Deno.Command(findBrowser()!, {
    args: ["--headless", "--no-sandbox", ...QUIET, "--remote-debugging-port=0", `--user-data-dir=${profile}`],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    detached: true, // as the head of a group, so that all of it can be ended
  }).spawn();
  const read = reading(child.stderr);
  try {
    return await driven(child, read, pathToFileURL(file).href);
  } catch (error) {
    await end(child, read);
    throw error;
  }
}

/** Ends a browser and all that it has started, by force when they have not gone after ten seconds. */
async function end(child: Deno.ChildProcess, { closed }: Read): Promise<void> {
  signalTo(child.pid, "SIGTERM");
  const force = setTimeout(() => signalTo(-child.pid, "SIGKILL"), 10_000);
  // the last of its processes closes standard error
  await Promise.all([child.status, closed]);
  clearTimeout(force);
}

async function driven(child: Deno.ChildProcess, read: Read, url: string): Promise<BrowserPage> {
  const address = await inTime("its address", read.address);
  const socket = new WebSocket(address);
  await inTime("a connection", opened(socket));
  const waiting = new Map<number, PromiseWithResolvers<Record<string, unknown>>>();
  const complaints: string[] = [];
  const loaded = Promise.withResolvers<void>();
  loaded.promise.catch(() => {}); // nobody waits for it yet, or any more
  socket.onmessage = ({ data }) => {
    const { id, method, params, result, error } = JSON.parse(data);
    if (id !== undefined) {
      if (error === undefined) waiting.get(id)?.resolve(result);
      else waiting.get(id)?.reject(new Error(`Cannot drive the browser: ${error.message}`));
      waiting.delete(id);
    }
    if (method === "Page.loadEventFired") loaded.resolve();
    if (method === "Inspector.targetCrashed") stop("its page has crashed");
    if (COMPLAINTS.includes(method)) complaints.push(`${method} ${JSON.stringify(params)}`);
  };
  let gone: string | null = null;
  const stop = (why: string): void => {
    gone = why;
    loaded.reject(new Error(`Cannot drive the browser: ${why}`));
    for (const { reject } of waiting.values()) reject(new Error(`Cannot drive the browser: ${why}`));
    waiting.clear();
  };
  socket.onclose = () => stop("it has ended");
  let last = 0;
  const session: { sessionId?: string } = {};
  const send = (method: string, params: Record<string, unknown> = {}): Promise<Record<string, unknown>> => {
    if (gone !== null) return Promise.reject(new Error(`Cannot drive the browser: ${gone}`));
    const answer = Promise.withResolvers<Record<string, unknown>>();
    waiting.set(++last, answer);
    socket.send(JSON.stringify({ id: last, method, params, ...session }));
    return inTime(`${method} ${JSON.stringify(params).slice(0, 200)}`, answer.promise);
  };
  try {
    const { targetId } = await send("Target.createTarget", { url: "about:blank" });
    session.sessionId = (await send("Target.attachToTarget", { targetId, flatten: true })).sessionId as string;
    for (const domain of ["Page", "Runtime", "Log", "Network", "Inspector"]) await send(`${domain}.enable`);
    await send("Page.navigate", { url });
    await inTime(`the page ${url}`, loaded.promise);
  } catch (error) {
    socket.close();
    throw error;
  }
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
      await end(child, read);
    },
  };
}

/** What was awaited, or after `LIMIT_MS` an error that tells what it was. */
async function inTime<T>(what: string, awaited: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`Cannot drive the browser: waited ${LIMIT_MS / 1000} s for ${what}`)),
      LIMIT_MS,
    );
  });
  try {
    return await Promise.race([awaited, late]);
  } finally {
    clearTimeout(timer);
  }
}

function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.onopen = () => resolve();
    socket.onerror = () => reject(new Error("Cannot drive the browser: it takes no connection"));
  });
}

const COMPLAINTS = ["Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded", "Network.loadingFailed"];

/** What a browser writes to standard error. */
interface Read {
  /** At which it takes commands. */
  readonly address: Promise<string>;
  /** Until none of its processes holds standard error. */
  readonly closed: Promise<void>;
}

function reading(stderr: ReadableStream<Uint8Array>): Read {
  const address = Promise.withResolvers<string>();
  const closed = (async () => {
    let text = "";
    for await (const piece of stderr.pipeThrough(new TextDecoderStream())) {
      text += piece;
      const found = /listening on (ws:\S+)\n/.exec(text)?.[1];
      if (found !== undefined) address.resolve(found);
    }
    address.reject(new Error(`Cannot start the browser: ${text}`));
  })();
  return { address: address.promise, closed };
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
