/** Golden case of LaRE²'s refinement: its parts, the classifier behind them, and their gradients. */
import { valueAndGradient } from "../../lib/engine/gradient.ts";
import { storeTree } from "../../lib/engine/layout.ts";
import {
  reshape,
  type Scalar,
  square,
  sum,
  type Tensor,
  tensor,
  type Tensor2D,
  type Tensor4D,
  tidy,
} from "../../lib/engine/ops.ts";
import { disposeTree, type Tree } from "../../lib/engine/tree.ts";
import { errorGuided, heads, linear, refinements } from "../../lib/models/mod.ts";
import type { Network } from "../../lib/models/network.ts";
import { loadNetwork } from "../../lib/models/weights.ts";
import { judging } from "../../lib/nn/pass.ts";
import { type Computed, only, type OpenCase, shapeOf, valuesOf } from "./cases.ts";
import { formulaImage, formulaWeight } from "./formula.ts";
import { toHouse, toTorch } from "./models.ts";

/** `lare.egre.formula`: the classifier's name is `fc`, all others are the refinement's. */
export async function errorGuidedCase(open: OpenCase): Promise<Computed> {
  only(open, "loss", ["sum(logits²)"]);
  const { layer3, keys, seed } = open.config;
  const [, channels, side] = layer3.shape;
  const spec = errorGuided({ channels, side });
  const pooled: Tensor2D = tensor(valuesOf(open, "in.features"), shapeOf(open, "in.features") as [number, number]);
  const [classes] = keys["fc.weight"];
  const width = refinements.errorGuided.width(spec, pooled.shape[1]);
  const refine = load(open, refinements.errorGuided.init(spec, { streams: null }), (name) => !name.startsWith("fc."));
  const head = load(open, heads.linear.init(linear({ classes }), { width, streams: null }), (n) => n.startsWith("fc."));
  const maps = {
    map: toHouse(formulaImage(seed, layer3), layer3.shape),
    errorMaps: toHouse(valuesOf(open, "in.error"), shapeOf(open, "in.error")),
  };
  const given = { refine: refine.params, head: head.params, pooled, ...maps };
  const part = (at: typeof given, parts: (typeof spec)["parts"]) =>
    refinements.errorGuided.forward({ ...spec, parts }, { params: at.refine, buffers: {} }, {
      features: { pooled: at.pooled, map: at.map },
      errorMaps: at.errorMaps,
      pass: judging,
    });
  const { value, gradient, aux } = valueAndGradient((at: typeof given) => {
    const features = part(at, spec.parts);
    const network = { params: at.head, buffers: {} };
    const { logits } = heads.linear.forward(linear({ classes }), network, { features, pass: judging });
    return { value: sum<Scalar>(square(logits)), aux: { logits } };
  }, given);
  const [spatial, channel] = [part(given, ["spatial"]), part(given, ["channel"])];
  const byChannel: Tensor = tidy(() => sum(reshape(gradient.map, [layer3.shape[0], -1, channels]), 1));
  const found: Record<string, ArrayLike<number>> = {
    "out.spatial": await spatial.data(),
    "out.channel": await channel.data(),
    "out.logits": await aux.logits.data(),
    "grad.features": await gradient.pooled.data(),
    "grad.error": await toTorch(gradient.errorMaps as Tensor4D),
    "grad.layer3ChannelSum": await byChannel.data() as Float32Array,
  };
  for (const tree of [gradient.refine, gradient.head]) {
    for (const [path, { data }] of await storeTree(tree)) {
      if (open.tensors.has(`grad.${path}`)) found[`grad.${path}`] = data as Float32Array;
    }
  }
  disposeTree({ ...given, gradient, value, ...aux, spatial, channel, byChannel });
  return found;
}

/** A network like the template, which is freed, with the case's weights of the wanted names. */
function load<P extends Tree, B extends Tree>(
  { config: { seed, keys } }: OpenCase,
  template: Network<P, B>,
  wanted: (name: string) => boolean,
): Network<P, B> {
  const stored = Object.entries<number[]>(keys).filter(([name]) => wanted(name));
  const loaded = loadNetwork(
    template,
    new Map(stored.map(([name, shape]) => [name, formulaWeight(seed, name, shape)])),
  );
  disposeTree([template.params, template.buffers]);
  return loaded;
}
