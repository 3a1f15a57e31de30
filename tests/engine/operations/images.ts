/** Operations on images without weights: pooling, upsampling, mirroring. */
import * as ops from "../../../lib/engine/ops.ts";
import type { Random } from "../../../lib/random.ts";
import { imageSizes, padding } from "./convolutions.ts";
import { cases, type Operation, pick, shapeOf } from "./operation.ts";

type T4 = ops.Tensor4D;

/** Sizes of images whose values can all be apart and yet small. */
function smallSizes(draw: Random): ReturnType<typeof imageSizes> {
  for (;;) {
    const sizes = imageSizes(draw, 4);
    if (sizes.n * sizes.h * sizes.w * sizes.c <= 1500) return sizes;
  }
}

function pools(draw: Random): Operation[] {
  const sizes = smallSizes(draw);
  const { n, h, w, c, k, stride } = sizes;
  // less than the window, or some windows would hold nothing
  const pad = padding(draw, sizes);
  const name = `of ${[n, h, w, c]}, ${k} by ${stride}, pad ${pad}`;
  // the inputs are 0.05 apart: by a little more than the largest of them
  const below = 1 + 0.025 * n * h * w * c;
  const shapes = [[n, h, w, c]];
  return [
    {
      of: "avgPool",
      name: `avgPool ${name}`,
      shapes,
      apply: (x) => ops.avgPool(x as T4, k, stride, pad),
      linear: true,
    },
    { of: "maxPool", name: `maxPool ${name}`, shapes, apply: (x) => ops.maxPool(x as T4, k, stride, pad), kinks: true },
    {
      of: "maxPool",
      // the border's zeros are larger than everything inside
      name: `maxPool of negative values ${name}`,
      shapes,
      apply: (x) => ops.maxPool(ops.sub(x, below) as T4, k, stride, pad),
      kinks: true,
    },
  ];
}

/** Windows that are no squares, and padding of each side by itself. */
function unevenPools(draw: Random): Operation[] {
  const { n, h, w, c } = smallSizes(draw);
  const size: [number, number] = [1 + draw.integer(4), 1 + draw.integer(4)];
  const strides: [number, number] = [1 + draw.integer(3), 1 + draw.integer(3)];
  const sides = size.map((k, i): [number, number] => {
    const before = draw.integer(k);
    return [before, Math.max(draw.integer(k), Math.min(k - 1, k - before - [h, w][i]))];
  });
  const pad = [[0, 0], ...sides, [0, 0]] as never;
  const name = `of ${[n, h, w, c]}, ${size} by ${strides}, pad ${sides.join(" and ")}`;
  const shapes = [[n, h, w, c]];
  return [
    {
      of: "avgPool",
      name: `avgPool ${name}`,
      shapes,
      apply: (x) => ops.avgPool(x as T4, size, strides, pad),
      linear: true,
    },
    {
      of: "maxPool",
      name: `maxPool ${name}`,
      shapes,
      apply: (x) => ops.maxPool(x as T4, size, strides, pad),
      kinks: true,
    },
  ];
}

function mirrored(draw: Random): Operation {
  const shape = shapeOf(draw, 4, 6);
  const mode = pick(draw, ["reflect", "symmetric"] as const);
  const most = (n: number): number => mode === "reflect" ? n : n + 1;
  const sides = shape.map((n): [number, number] => [draw.integer(most(n)), draw.integer(most(n))]);
  return {
    of: "mirrorPad",
    name: `mirrorPad of ${shape}, ${mode}, by ${sides.join(" and ")}`,
    shapes: [shape],
    apply: (x) => ops.mirrorPad(x, sides, mode),
    linear: true,
  };
}

/** All of them. */
export function images(): Operation[] {
  return [
    ...cases("pools", 50, pools).flat(),
    ...cases("uneven pools", 20, unevenPools).flat(),
    ...cases("mirrorPad", 12, mirrored),
    ...cases("upsampleNearest", 12, (draw): Operation => {
      const { n, h, w, c } = imageSizes(draw, 4);
      const factor = 1 + draw.integer(4);
      return {
        of: "upsampleNearest",
        name: `upsampleNearest of ${[n, h, w, c]} by ${factor}`,
        shapes: [[n, h, w, c]],
        apply: (x) => ops.upsampleNearest(x, factor),
        linear: true,
      };
    }),
  ];
}
