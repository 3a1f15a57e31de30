/** Golden cases of optimizers and schedules, through the tables in which `run` looks them up. */
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
import { adamW } from "../../lib/optimizers/adamw.ts";
import { optimizers } from "../../lib/optimizers/mod.ts";
import { cosine } from "../../lib/schedules/cosine.ts";
import { rateAt } from "../../lib/schedules/mod.ts";
import type { LossValue } from "../../lib/types.ts";
import { type Computed, only, type OpenCase, shapeOf, valuesOf } from "./cases.ts";

/** `optimizer`: ten steps on mean((tanh(x·w + b) − t)²). */
export async function optimizerCase(open: OpenCase): Promise<Computed> {
  only(open, "optimizer", ["adamw"]);
  const { steps, lr, beta1, beta2, weightDecay, eps } = open.config;
  const spec = adamW({ rate: lr, decay: weightDecay, beta1, beta2, epsilon: eps });
  const [x, t] = [read(open, "in.x") as Tensor2D, read(open, "in.t")];
  const objective = ({ w, b }: { w: Tensor; b: Tensor }): LossValue =>
    tidy(() => ({
      total: mean<Scalar>(square(sub(tanh(add(matMul(x, w as Tensor2D), b)), t))),
      terms: {},
    }));
  let params: { w: Tensor; b: Tensor } = { w: read(open, "in.w0"), b: read(open, "in.b0") };
  let state = optimizers[spec.kind].init(spec, params);
  const losses: number[] = [];
  for (let step = 1; step <= steps; step++) {
    const stepped = optimizers[spec.kind].step(spec, objective, { params, state, rate: spec.rate, step });
    ({ params, state } = stepped);
    losses.push(...await stepped.value.total.data());
    stepped.value.total.dispose();
  }
  const found = { "out.losses": losses, "out.w": await params.w.data(), "out.b": await params.b.data() };
  disposeTree({ ...params, state, x, t });
  return found;
}

/** `schedule` */
export function scheduleCase(open: OpenCase): Computed {
  only(open, "schedule", ["cosine"]);
  const { lr, tMax, etaMin } = open.config;
  const spec = cosine({ period: tMax, floor: etaMin });
  const rates = Array.from({ length: shapeOf(open, "out.lr")[0] }, (_, epoch) => rateAt(spec, lr, epoch));
  return { "out.lr": rates };
}

function read(open: OpenCase, key: string): Tensor {
  return tensor(valuesOf(open, key), [...shapeOf(open, key)]);
}
