/** Golden cases of optimizers and schedules, through the functions that `run` dispatches to. */
import {
  add,
  matMul,
  mean,
  type Scalar,
  square,
  sub,
  tanh,
  type Tensor,
  tensor,
  type Tensor2D,
  tidy,
} from "../../lib/engine/ops.ts";
import { disposeTree } from "../../lib/engine/tree.ts";
import { clipped, globalNorm } from "../../lib/optimizers/clip.ts";
import { adam, adamW, type Optimizer, optimizerKind, rateOf, sam, sgd } from "../../lib/optimizers/mod.ts";
import { slopeOf } from "../../lib/optimizers/slope.ts";
import { cosine } from "../../lib/schedules/cosine.ts";
import { rateAt } from "../../lib/schedules/mod.ts";
import { type Computed, only, type OpenCase, shapeOf, valuesOf } from "./cases.ts";

/** `optimizer`: ten steps on mean((tanh(x·w + b) − t)²). */
export async function optimizerCase(open: OpenCase): Promise<Computed> {
  const { steps } = open.config;
  const spec = optimizerOf(open);
  const { init, step: stepOf } = optimizerKind(spec);
  const [x, t] = [read(open, "in.x") as Tensor2D, read(open, "in.t")];
  const slope = slopeOf(({ w, b }: { w: Tensor; b: Tensor }) => {
    const total = tidy(() => mean<Scalar>(square(sub(tanh(add(matMul(x, w as Tensor2D), b)), t))));
    return { value: { total, terms: {} }, buffers: {} };
  });
  let params: { w: Tensor; b: Tensor } = { w: read(open, "in.w0"), b: read(open, "in.b0") };
  let state = init(spec, params);
  const losses: number[] = [];
  for (let step = 1; step <= steps; step++) {
    const stepped = stepOf(spec, slope, { params, state, rate: rateOf(spec), step });
    ({ params, state } = stepped);
    losses.push(...await stepped.value.total.data());
    stepped.value.total.dispose();
  }
  const found = { "out.losses": losses, "out.w": await params.w.data(), "out.b": await params.b.data() };
  disposeTree({ ...params, state, x, t });
  return found;
}

/** The optimizer that a case describes. */
function optimizerOf(open: OpenCase): Optimizer {
  const { optimizer, lr: rate, beta1, beta2, eps: epsilon, weightDecay: decay = 0, momentum, rho } = open.config;
  only(open, "optimizer", ["adamw", "adam", "sgd", "sam"]);
  if (optimizer === "adam") return adam({ rate, decay, beta1, beta2, epsilon });
  if (optimizer === "sgd") return sgd({ rate, decay, momentum });
  const base = adamW({ rate, decay, beta1, beta2, epsilon });
  if (optimizer === "adamw") return base;
  only(open, "base", ["adamw"]);
  return sam({ base, rho });
}

/** `gradClip` */
export async function gradClipCase(open: OpenCase): Promise<Computed> {
  const gradient = { w: read(open, "in.gw"), b: read(open, "in.gb") };
  const norm = globalNorm(gradient);
  const { w, b } = clipped(gradient, open.config.maxNorm);
  const found = { "out.norm": await norm.data(), "out.gw": await w.data(), "out.gb": await b.data() };
  disposeTree({ norm, w, b });
  return found;
}

/** `schedule` */
export function scheduleCase(open: OpenCase): Computed {
  only(open, "schedule", ["cosine"]);
  const { lr, tMax, etaMin } = open.config;
  const spec = cosine({ period: tMax, floor: etaMin });
  const rates = Array.from(
    { length: shapeOf(open, "out.lr")[0] },
    (_, epoch) => rateAt(spec, lr, { epoch, history: [] })!,
  );
  return { "out.lr": rates };
}

function read(open: OpenCase, key: string): Tensor {
  return tensor(valuesOf(open, key), [...shapeOf(open, key)]);
}
