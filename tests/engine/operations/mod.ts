/**
 * Operations that the kernel tests go through, on seeded inputs. As a program it writes their values and gradients on
 * the backend it is given, so that another process can compare its own.
 */
import { type BackendName, closeBackend, useBackend } from "../../../lib/engine/backend.ts";
import * as ops from "../../../lib/engine/ops.ts";
import { random } from "../../../lib/random.ts";
import { arrangements } from "./arrangements.ts";
import { convolutions } from "./convolutions.ts";
import { elementwise } from "./elementwise.ts";
import { images } from "./images.ts";
import { norms } from "./norms.ts";
import { type Operation, sizeOf } from "./operation.ts";
import { products } from "./products.ts";
import { sums } from "./sums.ts";
import { values } from "./values.ts";

/** All operations with gradients, the same in every process. */
export function operations(): Operation[] {
  return [elementwise, products, convolutions, images, norms, sums, arrangements].flatMap((group) => group());
}

/** Inputs of an operation: standard normal, positive, or 0.05 apart from each other and from 0 where it has kinks. */
export function inputsOf({ name, shapes, kinks, positive }: Operation): ops.Tensor[] {
  const draw = random(11, name);
  return shapes.map((shape, input) => {
    const size = sizeOf(shape);
    const apart = (rank: number): number => (rank % 2000 - Math.floor(Math.min(size, 2000) / 2)) * 0.05;
    const drawn = kinks === true
      ? Array.from(draw.permutation(size), (rank) => apart(rank) + 0.02 + 0.01 * input)
      : positive === true
      ? Array.from({ length: size }, () => 0.5 + 2 * draw.uniform())
      : draw.normals(size);
    return ops.tensor(drawn, [...shape]);
  });
}

/** An operation's value, and its gradients under a seeded dy. */
export function evaluate(operation: Operation): { y: ops.Tensor; dy: ops.Tensor; gradients: ops.Tensor[] } {
  const inputs = inputsOf(operation);
  const shape = ops.tidy(() => operation.apply(...inputs).shape);
  const drawn = random(13, operation.name).normals(sizeOf(shape));
  const dy = ops.tidy(() => {
    const any = ops.tensor(drawn, shape);
    const { beforeRelu } = operation;
    return beforeRelu === undefined ? any : ops.mul(any, ops.greater(ops.abs(beforeRelu(...inputs)), 0.3));
  });
  const { value, gradients, aux } = ops.variableGradients((leaves) => {
    const y = operation.apply(...leaves);
    return { value: ops.sum(ops.mul(y, dy)) as ops.Scalar, aux: { y } };
  }, inputs);
  for (const tensor of [value, ...inputs]) tensor.dispose();
  return { y: aux.y, dy, gradients };
}

/** A result to compare: what it is of, and its tensor, which is whoever's asked for it. */
export interface Result {
  readonly name: string;
  /** To the last bit; else to what float32 rounds off. */
  readonly exact: boolean;
  readonly tensor: ops.Tensor;
}

/** Values and gradients of all operations, one after the other; each is freed when the next is asked for. */
export function* results(): Generator<Result> {
  for (const operation of operations()) {
    const { y, dy, gradients } = evaluate(operation);
    yield { name: `${operation.name}, value`, exact: false, tensor: y };
    for (const [i, tensor] of gradients.entries()) {
      yield { name: `${operation.name}, gradient of input ${i}`, exact: false, tensor };
    }
    for (const tensor of [y, dy, ...gradients]) tensor.dispose();
  }
  for (const { name, compute } of values()) {
    const tensor = ops.tidy(compute);
    yield { name, exact: true, tensor };
    tensor.dispose();
  }
}

/** A tensor's kind, shape and values as one row of numbers. */
export function numbersOf(tensor: ops.Tensor): Float32Array {
  const kind = ["float32", "int32", "bool"].indexOf(tensor.dtype);
  return Float32Array.of(kind, tensor.rank, ...tensor.shape, ...tensor.dataSync());
}

if (import.meta.main) {
  await useBackend(Deno.args[0] as BackendName);
  const out = Deno.stdout.writable.getWriter();
  for (const { tensor } of results()) await out.write(new Uint8Array(numbersOf(tensor).buffer));
  closeBackend();
}
