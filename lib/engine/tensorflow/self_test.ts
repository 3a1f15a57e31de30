/**
 * Loads an addon in a process of its own, since what is wrong with one may end the process, and computes something
 * whose result is known. As a program it prints what it found as JSON.
 */
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs"; // registers the chained operations that TensorFlow.js's kernels use
import { findGpu, type FoundGpu } from "./gpu.ts";
import { startTensorflow } from "./load.ts";
import type { Build } from "./wheels.ts";

/** What a working addon says of itself. */
export interface SelfTest {
  /** Of TensorFlow. */
  readonly version: string;
  /** What the processor has of the instructions that TensorFlow has kernels for. */
  readonly instructions: readonly string[];
  /** The graphics card that it computed on, or why on none; null for a build that knows none. */
  readonly card: FoundGpu | null;
}

/** Instructions by their names in /proc/cpuinfo, and in the words of the manufacturers. */
const INSTRUCTIONS: Readonly<Record<string, string>> = {
  avx2: "AVX2",
  fma: "FMA",
  avx512f: "AVX-512",
  avx512_vnni: "AVX-512 VNNI",
  avx512_bf16: "AVX-512 BF16",
  amx_bf16: "AMX BF16",
};

async function selfTest(addon: string, build: Build): Promise<SelfTest> {
  const card = build === "gpu" ? findGpu() : null;
  const { version, onGpu } = await startTensorflow({ threads: 1, addon });
  const values = tf.tidy(() => {
    const product = tf.matMul(tf.tensor2d([[1, 2], [3, 4]]), tf.tensor2d([[5, 6], [7, 8]]));
    const image = tf.conv2d(tf.ones([1, 4, 4, 1]) as tf.Tensor4D, tf.ones([3, 3, 1, 1]) as tf.Tensor4D, 1, "valid");
    return [...product.dataSync(), ...image.dataSync()].join(" ");
  });
  if (values !== "19 22 43 50 9 9 9 9") {
    throw new Error(`A product and a convolution give ${values}, expected 19 22 43 50 9 9 9 9`);
  }
  if (onGpu !== (card !== null && card.gpu !== null)) {
    throw new Error(
      `The driver shows ${card?.gpu ? `the graphics card ${card.gpu.name}` : "no graphics card"}, ` +
        `and TensorFlow uses ${onGpu ? "one" : "none"}. TF_CPP_MIN_LOG_LEVEL=0 before the command shows what it says`,
    );
  }
  const processor = await Deno.readTextFile("/proc/cpuinfo");
  const flags = new Set(/^flags\s*:(.*)$/m.exec(processor)?.[1].trim().split(/\s+/));
  return {
    version,
    instructions: Object.entries(INSTRUCTIONS).filter(([flag]) => flags.has(flag)).map(([, name]) => name),
    card,
  };
}

if (import.meta.main) {
  try {
    // deno-lint-ignore no-console -- this program's only output
    console.log(JSON.stringify(await selfTest(Deno.args[0], Deno.args[1] as Build)));
  } catch (error) {
    // deno-lint-ignore no-console -- what its caller passes on
    console.error((error as Error).message);
    Deno.exit(1);
  }
}
