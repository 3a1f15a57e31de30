/**
 * Graphics cards that processes of this machine may use, as CUDA_VISIBLE_DEVICES names them: those that it names, or else
 * those that NVIDIA's driver has made devices of.
 */
export function gpusHere(): string[] {
  const visible = Deno.env.get("CUDA_VISIBLE_DEVICES");
  if (visible !== undefined) return visible.split(",").map((one) => one.trim()).filter((one) => one !== "");
  try {
    return [...Deno.readDirSync("/dev")].flatMap(({ name }) => /^nvidia(\d+)$/.exec(name)?.[1] ?? []).sort();
  } catch {
    return []; // not Linux
  }
}
