/** The computation that the times of benches are divided by, so that they speak of the code and not of the machine's mood. */
import process from "node:process";

/** Side of the matrices of the first half, and rows of the product: they stay near the core. */
const SIDE = 128, ROWS = 64;

/** Values of an array of the second half: three of 4 MB each, as the tensors of small networks, pass by. */
const LENGTH = 1 << 20;

const left = Float32Array.from({ length: SIDE * SIDE }, (_, i) => Math.sin(i));
const right = Float32Array.from({ length: SIDE * SIDE }, (_, i) => Math.cos(i));
const product = new Float32Array(ROWS * SIDE);
const [one, other, sum] = [1, 2, 0].map((value) => new Float32Array(LENGTH).fill(value));

/**
 * Takes some 1.5 ms of one thread: in equal parts a matrix product, which the core decides, and sums of long
 * arrays, which the memory decides. Plain loops and no library, so that no change of ours makes it faster or slower.
 */
export function reference(): void {
  for (let i = 0; i < ROWS; i++) {
    for (let j = 0; j < SIDE; j++) {
      let value = 0;
      for (let k = 0; k < SIDE; k++) value += left[i * SIDE + k] * right[j * SIDE + k];
      product[i * SIDE + j] = value;
    }
  }
  for (let i = 0; i < LENGTH; i++) sum[i] = one[i] + 0.5 * other[i];
}

/**
 * Processor time that this process has taken, all its threads together, milliseconds.
 *
 * Not the time on the wall: on a machine that others work on too, that of a bench of 10 ms hangs on how often it is set
 * aside, and a tenth of a second passes for one of a hundredth.
 */
export function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
