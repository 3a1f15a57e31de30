/** Operations on maps of images, and norms, as ONNX has them. */
// N images · H, W height and width · C channels
import { convPlan } from "../../engine/conv_plan.ts";
import { poolPlan } from "../../engine/pooling.ts";
import type { Attributes, Follow } from "../../engine/symbolic.ts";
import type { Graph, Value } from "../../onnx/graph.ts";
import * as o from "../../onnx/operations.ts";
import { bent, joined } from "./elementwise.ts";
import { type Drawn, drawn, drawnFirst, filterOf, first, known, last, numbersOf } from "./sketch.ts";

/** The entries of these operations. */
export function maps(graph: Graph): Record<string, Follow<Drawn>> {
  const dense: Follow<Drawn> = ({ x, filter, bias }, attributes) =>
    convolved(graph, { x, filter, bias }, { attributes, depthwise: false });
  const depthwise: Follow<Drawn> = ({ x, filter, bias }, attributes) =>
    convolved(graph, { x, filter, bias }, { attributes, depthwise: true });
  const pool = (op: string): Follow<Drawn> => ({ x }, attributes) => pooled(graph, x, { op, attributes });
  return {
    AvgPool: pool("AveragePool"),
    Conv2D: dense,
    DepthwiseConv2dNative: depthwise,
    HouseConvolve: dense,
    HouseDepthwise: depthwise,
    HouseFrozenBatchNorm: (inputs, attributes) => frozenNorm(graph, inputs, attributes),
    HouseLayerNorm: ({ x, weight, bias }, { epsilon }) => {
      const given = [last(graph, x), last(graph, weight), last(graph, bias)];
      const made = graph.node("LayerNormalization", given, { axis: -1, epsilon: { float: Number(epsilon) } });
      return drawn(made, x.shape);
    },
    HouseUpsample: ({ x }, { factor }) => {
      const [n, h, w, c] = x.shape, scale = Number(factor);
      return drawnFirst(o.resizeNearest(first(graph, x), { scale }), [n, h * scale, w * scale, c]);
    },
    MaxPool: pool("MaxPool"),
  };
}

function convolved(
  graph: Graph,
  { x, filter, bias }: Readonly<Record<"x" | "filter", Drawn>> & { readonly bias: Drawn | undefined },
  { attributes, depthwise }: { readonly attributes: Attributes; readonly depthwise: boolean },
): Drawn {
  if ((attributes.dataFormat ?? "NHWC") !== "NHWC") throw new RangeError(`${attributes.dataFormat} is not known`);
  const plan = convPlan(x.shape, filter.shape, { attributes: attributes as never, depthwise });
  const { top, bottom, left, right } = plan.padInfo;
  const { shape, data } = filterOf(filter, { depthwise });
  const name = filter.name ?? undefined;
  const inputs: Value[] = [
    first(graph, x),
    graph.weight({ shape, data }, name),
    ...(bias === undefined ? [] : [last(graph, bias)]),
  ];
  const made = graph.node("Conv", inputs, {
    kernel_shape: shape.slice(2),
    strides: [plan.strideHeight, plan.strideWidth],
    pads: [top, left, bottom, right],
    dilations: [plan.dilationHeight, plan.dilationWidth],
    group: depthwise ? x.shape[3] : 1,
  });
  return drawnFirst(bent(made, attributes.activation), [x.shape[0], plan.outHeight, plan.outWidth, plan.outChannels]);
}

function pooled(graph: Graph, x: Drawn, { op, attributes }: { op: string; attributes: Attributes }): Drawn {
  const plan = poolPlan(x.shape, attributes as never);
  const { top, bottom, left, right } = plan.padInfo;
  const made = graph.node(op, [first(graph, x)], {
    kernel_shape: [plan.filterHeight, plan.filterWidth],
    strides: [plan.strideHeight, plan.strideWidth],
    pads: [top, left, bottom, right],
  });
  return drawnFirst(made, [x.shape[0], plan.outHeight, plan.outWidth, x.shape[3]]);
}

/** Batch norm by what it remembers: of maps one operation, of rows a product and a sum; what follows goes with it. */
function frozenNorm(
  graph: Graph,
  { x, weight, bias, mean, variance, residual }: Readonly<Record<string, Drawn>>,
  { epsilon, activation }: Attributes,
): Drawn {
  const normed = x.shape.length === 4
    ? drawnFirst(
      graph.node(
        "BatchNormalization",
        [first(graph, x), ...[weight, bias, mean, variance].map((p) => last(graph, p))],
        {
          epsilon: { float: Number(epsilon) },
        },
      ),
      x.shape,
    )
    : affine(graph, { x, weight, bias, mean, variance }, Number(epsilon));
  const whole = residual === undefined
    ? normed
    : joined(graph, { a: normed, b: residual }, { make: o.add, dtype: "float32" });
  if ((activation ?? "none") === "none") return whole;
  return whole.first === null
    ? drawn(bent(last(graph, whole), activation), x.shape)
    : drawnFirst(bent(first(graph, whole), activation), x.shape);
}

/** x · scale + shift by channel, the last axis. */
function affine(
  graph: Graph,
  { x, weight, bias, mean, variance }: Readonly<Record<string, Drawn>>,
  epsilon: number,
): Drawn {
  const [w, b, m, v] = [weight, bias, mean, variance].map((p) => numbersOf(p, "norms"));
  const scale = Float32Array.from(w, (value, i) => value / Math.sqrt(v[i] + epsilon));
  const shift = Float32Array.from(b, (value, i) => value - m[i] * scale[i]);
  const at = { shape: weight.shape, dtype: "float32" } as const;
  return drawn(o.add(o.mul(last(graph, x), last(graph, known(scale, at))), last(graph, known(shift, at))), x.shape);
}
