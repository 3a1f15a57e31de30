/** A process that does one thing again and again on demand, a training step or a forward pass: ours or PyTorch's. */

/** One of the two sides of a comparison; disposing it ends its process. */
export interface Side extends AsyncDisposable {
  /** What it said when it was ready. */
  readonly hello: string;
  /** Does it once, by its own clock. */
  step(): Promise<Step>;
  /** The most resident memory that it ever held, bytes; Linux only. */
  peak(): Promise<number>;
}

/** What a side tells of a step. */
export interface Step {
  readonly milliseconds: number;
  /** What the other side should tell as well: the loss before a step, a number that stands for features. */
  readonly told: number;
}

/**
 * Starts a process that says "ready …" and then answers each line with "MILLISECONDS TOLD".
 *
 * @throws {Error} when it ends before it answers; what it has to say about that is on the standard error
 */
export async function startSide(command: string, args: readonly string[]): Promise<Side> {
  const child = new Deno.Command(command, { args: [...args], stdin: "piped", stdout: "piped" }).spawn();
  const ask = child.stdin.getWriter();
  const answers = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let heard = "";
  const line = async (): Promise<string> => {
    while (!heard.includes("\n")) {
      const { value, done } = await answers.read();
      if (done) throw new Error(`Cannot go on: "${command} ${args.join(" ")}" ended; it tells why above`);
      heard += value;
    }
    const end = heard.indexOf("\n");
    const first = heard.slice(0, end);
    heard = heard.slice(end + 1);
    return first;
  };
  const close = async (): Promise<void> => {
    await ask.close().catch(() => {}); // it may have ended by itself
    await child.status;
    await answers.cancel();
  };
  try {
    const hello = (await line()).replace(/^ready ?/, "");
    return {
      hello,
      async step() {
        await ask.write(new TextEncoder().encode("step\n"));
        const [milliseconds, told] = (await line()).split(" ").map(Number);
        return { milliseconds, told };
      },
      async peak() {
        const status = await Deno.readTextFile(`/proc/${child.pid}/status`);
        return 1024 * Number(/VmHWM:\s+(\d+) kB/.exec(status)![1]);
      },
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
