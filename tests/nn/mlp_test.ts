import { addScaled, type Tensor, tensor } from "../../lib/engine/ops.ts";
import { applyLinear } from "../../lib/nn/linear.ts";
import { applyNormedMlp } from "../../lib/nn/mlp.ts";
import { applyNorm } from "../../lib/nn/norm.ts";
import { random } from "../../lib/random.ts";
import { assertEquals } from "../assert.ts";
import { take, testTensors } from "../tensors.ts";

testTensors("a norm and an MLP in float32 are their layers one after the other, also onto another branch", () => {
  const draw = random(1, "mlp");
  const drawn = (...shape: number[]): Tensor => tensor(draw.normals(shape.reduce((a, b) => a * b, 1)), shape);
  const norm = { weight: drawn(6), bias: drawn(6) };
  const [fc1, fc2] = [{ weight: drawn(24, 6), bias: drawn(24) }, { weight: drawn(6, 24), bias: drawn(6) }];
  const [x, other, scale] = [drawn(2, 3, 6), drawn(2, 3, 6), drawn(6)];
  const normed = applyNorm(norm, x, 1e-5);
  const hidden = applyLinear(fc1, normed, "geluSigmoid");
  const branch = applyLinear(fc2, hidden);
  const joined = addScaled(other, branch, scale);
  const options = { activation: "geluSigmoid", epsilon: 1e-5 } as const;
  const [alone, onto] = [null, { x: other, scale }].map((onto) =>
    applyNormedMlp({ norm, mlp: { fc1, fc2 } }, x, { ...options, onto })
  );
  assertEquals([alone.shape, onto.shape], [[2, 3, 6], [2, 3, 6]]);
  assertEquals([take(alone), take(onto)], [take(branch), take(joined)]);
  const given = [norm.weight, norm.bias, fc1.weight, fc1.bias, fc2.weight, fc2.bias, x, other, scale, normed, hidden];
  for (const each of given) each.dispose();
});
