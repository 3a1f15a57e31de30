// N images · H, W height and width · C channels · R, S rows and columns of windows
import * as tf from "@tensorflow/tfjs-core";

/** Where the windows of a pooling lie. */
export type PoolPlan = ReturnType<typeof tf.backend_util.computePool2DInfo>;

/** The windows of a pooling of images [N, H, W, C], from the attributes of its kernel. */
export function poolPlan(shape: readonly number[], attributes: tf.NamedAttrMap): PoolPlan {
  const { filterSize, strides, pad, dimRoundingMode } = attributes as never as {
    filterSize: number | [number, number];
    strides: number | [number, number];
    pad: number | "valid" | "same";
    dimRoundingMode?: "floor" | "round" | "ceil";
  };
  const images = shape as [number, number, number, number];
  return tf.backend_util.computePool2DInfo(images, filterSize, strides, 1, pad, dimRoundingMode);
}

/** Pixels that windows reach beyond the image on any side. */
export function poolPadding({ padInfo: { top, bottom, left, right } }: PoolPlan): number {
  return top + bottom + left + right;
}

/** Per window, its pixels over those of them that lie inside of the image: [1, R, S, 1]. */
export function poolShares(plan: PoolPlan): tf.Tensor {
  const { top, left } = plan.padInfo;
  return tf.mul(
    column(covered(plan.outHeight, plan.strideHeight, plan.filterHeight, top, plan.inHeight), 1),
    column(covered(plan.outWidth, plan.strideWidth, plan.filterWidth, left, plan.inWidth), 2),
  );
}

/** Per window along one axis: its size over the number of its pixels inside of the image. */
function covered(count: number, stride: number, size: number, before: number, n: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    const first = i * stride - before;
    return size / (Math.min(n, first + size) - Math.max(0, first));
  });
}

function column(values: number[], axis: number): tf.Tensor {
  return tf.tensor(values, [1, 1, 1, 1].with(axis, values.length));
}
