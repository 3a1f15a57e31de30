/** Largest resident memory of this process so far, in MB (10⁶ bytes); where the system does not say, that of now. */
export function peakMegabytes(): number {
  try {
    const kilobytes = /^VmHWM:\s*(\d+) kB$/m.exec(Deno.readTextFileSync("/proc/self/status"))?.[1];
    if (kilobytes !== undefined) return Math.round(Number(kilobytes) * 1024 / 1e6);
  } catch {
    // not Linux
  }
  return residentMegabytes();
}

/** Resident memory of this process now, in MB (10⁶ bytes). Takes some 10 µs. */
export function residentMegabytes(): number {
  return Math.round(Deno.memoryUsage().rss / 1e6);
}
