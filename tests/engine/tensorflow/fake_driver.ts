/** A stand-in for NVIDIA's driver library, for machines without one. */
import { join } from "node:path";

const source = `#include <cstdlib>
#include <cstring>
static int number(const char *name) { const char *text = getenv(name); return text ? atoi(text) : 0; }
extern "C" {
int cuInit(unsigned) { return number("FAKE_INIT"); }
int cuDriverGetVersion(int *version) { *version = number("FAKE_VERSION"); return 0; }
int cuDeviceGetCount(int *count) { *count = number("FAKE_COUNT"); return 0; }
int cuDeviceGet(int *device, int) { *device = 7; return 0; }
int cuDeviceGetName(char *name, int size, int device) { strncpy(name, "NVIDIA Paper 9", size); return device != 7; }
int cuDeviceTotalMem_v2(size_t *bytes, int device) { *bytes = 24000000000; return device != 7; }
}`;

/**
 * Makes the library in a folder.
 *
 * @returns environment of a process that finds it, with what it is to tell; null where there is no compiler
 */
export async function fakeDriver(
  folder: string,
): Promise<((told: { version: number; count: number; init?: number }) => Record<string, string>) | null> {
  const file = join(folder, "driver.cc");
  await Deno.writeTextFile(file, source);
  try {
    const args = ["-shared", "-fPIC", file, "-o", join(folder, "libcuda.so.1")];
    const { success } = await new Deno.Command("g++", { args }).output();
    if (!success) return null;
  } catch {
    return null;
  }
  return ({ version, count, init = 0 }) => ({
    LD_LIBRARY_PATH: folder,
    FAKE_VERSION: `${version}`,
    FAKE_COUNT: `${count}`,
    FAKE_INIT: `${init}`,
  });
}
