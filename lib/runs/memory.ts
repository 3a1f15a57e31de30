/** Largest resident memory of this process so far, in MB (10⁶ bytes); where the system does not say, that of now. */
export function peakMegabytes(): number {
  return peakOf("self") ?? residentMegabytes();
}

/** Largest resident memory of another process so far, in MB; null where it has ended or the system does not say. */
export function peakOf(pid: number | "self"): number | null {
  try {
    const kilobytes = /^VmHWM:\s*(\d+) kB$/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1];
    return kilobytes === undefined ? null : Math.round(Number(kilobytes) * 1024 / 1e6);
  } catch {
    return null; // not Linux, or gone
  }
}

/** Resident memory of this process now, in MB (10⁶ bytes). Takes some 10 µs. */
export function residentMegabytes(): number {
  return Math.round(Deno.memoryUsage().rss / 1e6);
}
