// N images · H, W height and width · C channels in · O channels out · K kernel size
/** Convolutions of every stride and padding, their transposes, and those of single channels. */
import * as ops from "../../../lib/engine/ops.ts";
import type { Random } from "../../../lib/random.ts";
import { cases, channels, type Operation, pick } from "./operation.ts";

type T = ops.Tensor;
type T4 = ops.Tensor4D;

/** Products of one case, forward: what the slowest backend takes some milliseconds for. */
const most = 150_000;

/** One convolution's sizes. */
interface Sizes {
  readonly [name: string]: number;
}

/** Images from a single pixel on, often as large as the window, and windows of all sizes. */
export function imageSizes(draw: Random, largest = 5): Sizes {
  for (;;) {
    const k = 1 + draw.integer(largest);
    const side = (): number => pick(draw, [1, k, k + 1 + draw.integer(8)]);
    const [n, h, w, c, o] = [1 + draw.integer(3), side(), side(), channels(draw), channels(draw)];
    if (n * h * w * c * o * k * k <= most) return { n, h, w, c, o, k, stride: 1 + draw.integer(3) };
  }
}

/** A padding under which images of h × w have room for a window of k. */
export function padding(draw: Random, { h, w, k }: Sizes, beyond = 0): number | "same" | "valid" {
  const short = Math.max(0, k - Math.min(h, w));
  const least = Math.ceil(short / 2);
  const numeric = least + draw.integer(Math.max(1, k + beyond - least));
  return pick(draw, short === 0 ? ["same", "valid", numeric, numeric] as const : ["same", numeric] as const);
}

function convolve(draw: Random): Operation {
  const sizes = imageSizes(draw);
  const { n, h, w, c, o, k, stride } = sizes;
  const pad = padding(draw, sizes, 1);
  const [activation, hasBias] = [pick(draw, [null, null, "relu"] as const), draw.integer(4) > 0];
  const apply = (kind: typeof activation) => (x: T, filter: T, bias?: T): T =>
    ops.convolve(x, filter, bias ?? null, { stride, pad, activation: kind });
  return {
    of: "convolve",
    name: `convolve ${[n, h, w, c]} by ${k}×${k} to ${o}, stride ${stride}, pad ${pad}` +
      `${hasBias ? "" : ", without bias"}${activation === null ? "" : `, ${activation}`}`,
    shapes: [[n, h, w, c], [k, k, c, o], ...(hasBias ? [[o]] : [])],
    apply: apply(activation),
    beforeRelu: activation === null ? undefined : apply(null),
    linear: activation === null,
  };
}

function convolveTranspose(draw: Random): Operation {
  const { n, h, w, c, o, k, stride } = imageSizes(draw, 4);
  const pad = pick(draw, k >= stride ? ["same", 0, Math.floor((k - 1) / 2)] as const : [0] as const);
  // sizes that a convolution of this stride takes to the same h and w
  const room = pad === "same" ? 0 : draw.integer(stride);
  const side = (small: number): number => (small - 1) * stride + k - 2 * (pad as number) + room;
  const size = room === 0 ? undefined : [side(h), side(w)] as const;
  return {
    of: "convolveTranspose",
    name: `convolveTranspose ${[n, h, w, c]} by ${k}×${k} to ${o}, stride ${stride}, pad ${pad}, ${room} more`,
    shapes: [[n, h, w, c], [k, k, o, c], [o]],
    apply: (x, filter, bias) => ops.convolveTranspose(x, filter, bias, { stride, pad, size }),
    linear: true,
  };
}

function depthwise(draw: Random): Operation {
  const sizes = imageSizes(draw, 9);
  const { n, h, w, c, k, stride } = sizes;
  const pad = padding(draw, sizes, 1);
  const hasBias = draw.integer(4) > 0;
  return {
    of: "depthwise",
    name: `depthwise ${[n, h, w, c]} by ${k}×${k}, stride ${stride}, pad ${pad}${hasBias ? "" : ", without bias"}`,
    shapes: [[n, h, w, c], [k, k, 1, c], ...(hasBias ? [[c]] : [])],
    apply: (x, filter, bias) => ops.depthwise(x, filter, bias ?? null, { stride, pad }),
    linear: true,
  };
}

/** As TensorFlow.js has them: windows that are no squares, unequal strides, uneven padding, filters a channel. */
function general(draw: Random): Operation[] {
  const { n, h, w, c, o, k } = imageSizes(draw, 4);
  const wide = 1 + draw.integer(4);
  const strides: [number, number] = [1 + draw.integer(3), 1 + draw.integer(3)];
  const side = (): number => draw.integer(k + 1);
  const [top, left, bottom, right] = [side(), side(), k + side() - 1, wide + side() - 1];
  const pad: [number, number][] = [[0, 0], [top, bottom], [left, right], [0, 0]];
  const name = `${[n, h, w, c]} by ${k}×${wide}, strides ${strides}, pad ${[top, bottom, left, right]}`;
  const filters = 1 + draw.integer(2);
  const stride = pick(draw, [1, 2]);
  return [
    {
      of: "conv2d",
      name: `conv2d ${name} to ${o}`,
      shapes: [[n, h, w, c], [k, wide, c, o]],
      apply: (x, f) => ops.conv2d(x as T4, f as T4, strides, pad as never),
      linear: true,
    },
    {
      of: "depthwiseConv2d",
      name: `depthwiseConv2d ${[n, h, w, c]} by ${k}×${wide}, stride ${stride}, ${filters} a channel`,
      shapes: [[n, h, w, c], [k, wide, c, filters]],
      apply: (x, f) => ops.depthwiseConv2d(x as T4, f as T4, stride, "same"),
      linear: true,
    },
  ];
}

/** All of them. */
export function convolutions(): Operation[] {
  const large: Operation[] = [
    {
      of: "convolve",
      name: "convolve of several threads' work",
      shapes: [[3, 17, 19, 16], [3, 3, 16, 20], [20]],
      apply: (x, filter, bias) => ops.convolve(x, filter, bias, { pad: 1 }),
      linear: true,
    },
    {
      of: "depthwise",
      name: "depthwise of several threads' work",
      shapes: [[4, 14, 14, 40], [7, 7, 1, 40], [40]],
      apply: (x, filter, bias) => ops.depthwise(x, filter, bias),
      linear: true,
    },
    {
      of: "conv2dTranspose",
      name: "conv2dTranspose with padding",
      shapes: [[2, 4, 5, 3], [4, 4, 5, 3]],
      apply: (x, f) => ops.conv2dTranspose(x as T4, f as T4, [2, 8, 10, 5], 2, 1),
      linear: true,
    },
  ];
  return [
    ...cases("convolve", 80, convolve),
    ...cases("convolveTranspose", 40, convolveTranspose),
    ...cases("depthwise", 60, depthwise),
    ...cases("general convolutions", 25, general).flat(),
    ...large,
  ];
}
