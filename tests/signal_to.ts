/** Sends a signal to a process, or with a minus to a group; to one that has gone in this moment, none. */
export function signalTo(pid: number, name: Deno.Signal): void {
  try {
    Deno.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
