/** A detector's network as an ONNX graph, drawn from the very functions that train it. */
// N images · S side · h, w height and width of error maps · T numbers of a caption · K classes · D embedding width
import { nearest } from "../../definition/nearest.ts";
import type { Tensor, Tensor2D, Tensor4D } from "../../engine/ops.ts";
import { followed, UnknownOperation } from "../../engine/symbolic.ts";
import { entries } from "../../engine/tree.ts";
import { captionsOf, forwardModel, type Model, type ModelNetwork, seesErrors } from "../../models/model.ts";
import type { View } from "../../models/weights.ts";
import { type Graph, onnxGraph, type Value } from "../../onnx/graph.ts";
import * as o from "../../onnx/operations.ts";
import { elementwise } from "./elementwise.ts";
import { maps } from "./maps.ts";
import { shapes } from "./shapes.ts";
import { type Drawn, drawn, drawnFirst, known, last, type Numbers } from "./sketch.ts";

/** What is drawn. */
export interface DrawnModel {
  readonly name: string;
  readonly model: Model;
  readonly network: ModelNetwork;
  /** Height and width of the images, pixels. */
  readonly size: number;
  /** How pixels 0…1 are normalised, which is part of the graph. */
  readonly pixels: View;
  /** Height and width of error maps; null: the network looks at none. */
  readonly errorMaps: readonly [height: number, width: number] | null;
}

/** A graph with what the network says of images. */
export interface DrawnNetwork {
  readonly graph: Graph;
  /** [N, K] */
  readonly logits: Value;
  /** [N, D] */
  readonly embedding: Value;
  readonly classes: number;
  readonly width: number;
}

/** Numbers that no side of a network has. */
const PRIMES = [7919, 7927, 7933, 7937, 7949, 7951];

/**
 * Begins a graph with inputs "images" [N, 3, S, S] (RGB, 0…1), "error_maps" [N, 4, h, w] and "tokens" [N, T] (int64), the
 * last two where the network looks at them, and follows the network from there to its logits and embedding.
 *
 * Nothing of the network's architecture is told here: its own functions run on sketches of tensors, and each operation is
 * written down as it is asked for.
 *
 * @throws {RangeError} when the network has an operation, or a form of one, that is not exported; names it
 */
export async function drawNetwork(given: DrawnModel): Promise<DrawnNetwork> {
  const { name, model, network, size, pixels, errorMaps } = given;
  const numbers = await numbersOf(network);
  const batch = batchSize([...numbers.values()]);
  const graph = onnxGraph(name);
  const images = graph.input("images", "float32", ["batch", 3, size, size]);
  const at = { size: batch, images };
  const captions = captionsOf(model);
  const kernels = named(name, { ...elementwise(graph), ...shapes(graph, at), ...maps(graph) });
  try {
    return followed<Drawn, DrawnNetwork>({
      kernels,
      leaf: ({ dataId }) => numbers.get(dataId) ?? null,
      constant: (values, at) => known(constantNumbers(values, at.dtype), at),
    }, ({ tensor, sketch }) => {
      const normal = normalised(graph, images, pixels);
      const outputs = forwardModel(model, network, {
        images: tensor(drawnFirst(normal, [batch, size, size, 3])) as Tensor4D,
        ...(captions === null ? {} : { tokens: tensor(tokensOf(graph, batch, captions.length)) as Tensor2D }),
        errorMaps: seesErrors(model) ? tensor(mapsOf(graph, batch, errorMaps!)) as Tensor4D : null,
      });
      const [logits, embedding] = [sketch(outputs.logits), sketch(outputs.embedding)];
      return {
        ...{ graph, logits: last(graph, logits), embedding: last(graph, embedding) },
        ...{ classes: logits.shape[1], width: embedding.shape[1] },
      };
    });
  } catch (error) {
    if (!(error instanceof UnknownOperation)) throw error;
    const near = nearest(error.kernel, Object.keys(kernels));
    throw new RangeError(
      `Cannot export "${name}" as ONNX: its network has the operation "${error.kernel}", which the export does not know` +
        `${
          near === null ? "" : `, as it knows "${near}"`
        }. Add it to a table of lib/export/onnx, or write the network ` +
        "with other operations",
      { cause: error },
    );
  }
}

type Kernels = Parameters<typeof followed<Drawn, unknown>>[0]["kernels"];

/** Tables whose refusals say which network and which operation they are of. */
function named(name: string, kernels: Kernels): Kernels {
  return Object.fromEntries(
    Object.entries(kernels).map(([kernel, follow]): [string, Kernels[string]] => [kernel, (inputs, attributes) => {
      try {
        return follow(inputs, attributes);
      } catch (cause) {
        if (!(cause instanceof RangeError)) throw cause;
        throw new RangeError(
          `Cannot export "${name}" as ONNX: of its operation "${kernel}", ${cause.message}`,
          { cause },
        );
      }
    }]),
  );
}

/** Parameters and buffers under the names of the checkpoint, by what holds their numbers. */
async function numbersOf({ params, buffers }: ModelNetwork): Promise<Map<Tensor["dataId"], Drawn>> {
  const found = new Map<Tensor["dataId"], Drawn>();
  for (const [path, tensor] of [...entries(params), ...entries(buffers)]) {
    const numbers = await tensor.data() as Numbers;
    found.set(tensor.dataId, known(numbers, { shape: tensor.shape, dtype: tensor.dtype }, path));
  }
  return found;
}

/** A number of images that shows in every side that depends on it. */
function batchSize(leaves: readonly Drawn[]): number {
  return PRIMES.find((prime) => !leaves.some(({ shape }) => shape.some((side) => side > 0 && side % prime === 0)))!;
}

function constantNumbers(values: ArrayLike<number>, dtype: string): Numbers {
  if (dtype === "int32") return Int32Array.from(values);
  return dtype === "bool" ? Uint8Array.from(values) : Float32Array.from(values);
}

/** (pixel − mean) / deviation by channel. */
function normalised(graph: Graph, images: Value, { mean, std }: View): Value {
  const channels = (values: readonly number[]) => graph.weight({ shape: [3, 1, 1], data: Float32Array.from(values) });
  return o.div(o.sub(images, channels(mean)), channels(std));
}

function tokensOf(graph: Graph, batch: number, length: number): Drawn {
  const tokens = graph.input("tokens", "int64", ["batch", length]);
  return drawn(graph.node("Cast", [tokens], { to: 6 }), [batch, length], "int32");
}

function mapsOf(graph: Graph, batch: number, [height, width]: readonly [number, number]): Drawn {
  return drawnFirst(graph.input("error_maps", "float32", ["batch", 4, height, width]), [batch, height, width, 4]);
}
