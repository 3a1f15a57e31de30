/** Which processor this is. Ratios hold for one model: the next one is faster at some things more than at others. */

/** Name and generation of the processor, as Linux tells them; elsewhere what the system is called. */
export async function processorName(): Promise<string> {
  try {
    return nameIn(await Deno.readTextFile("/proc/cpuinfo"));
  } catch {
    return `${Deno.build.os} on ${Deno.build.arch}`;
  }
}

/** The same out of the text of `/proc/cpuinfo`. Clouds call whole families by one name, which the numbers tell apart. */
export function nameIn(cpuinfo: string): string {
  const field = (name: string): string | null =>
    new RegExp(`^${name}\\s*:\\s*(.+)$`, "m").exec(cpuinfo)?.[1].trim() ?? null;
  const name = field("model name") ?? field("CPU implementer") ?? Deno.build.arch;
  const numbers = [["family", field("cpu family")], ["model", field("model")], ["part", field("CPU part")]]
    .flatMap(([word, number]) => number === null ? [] : [`${word} ${number}`]);
  return numbers.length === 0 ? name : `${name}, ${numbers.join(" ")}`;
}
