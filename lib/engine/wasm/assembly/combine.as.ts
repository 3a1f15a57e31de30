// Sums, differences, products and quotients of two tensors, with or without broadcasting.
import { at, loadSome, splat, storeSome } from "./vector.as";

@inline
function joined(kind: i32, v: v128, w: v128): v128 {
  if (kind == 0) return f32x4.add(v, w);
  if (kind == 1) return f32x4.sub(v, w);
  if (kind == 2) return f32x4.mul(v, w);
  if (kind == 3) return f32x4.div(v, w);
  if (kind == 4) return f32x4.max(v, w);
  if (kind == 5) return f32x4.min(v, w);
  const d = f32x4.sub(v, w);
  return f32x4.mul(d, d);
}

/** `n` floats; an operand of step 0 is one value for all. The kind is known where this is put in. */
@inline
function line(kind: i32, a: usize, aStep: i32, b: usize, bStep: i32, y: usize, n: i32): void {
  let i = 0;
  if (aStep && bStep) {
    for (; i + 4 <= n; i += 4) v128.store(at(y, i), joined(kind, v128.load(at(a, i)), v128.load(at(b, i))));
    if (i < n) storeSome(at(y, i), joined(kind, loadSome(at(a, i), n - i), loadSome(at(b, i), n - i)), n - i);
  } else if (bStep) {
    const one = v128.load32_splat(a);
    for (; i + 4 <= n; i += 4) v128.store(at(y, i), joined(kind, one, v128.load(at(b, i))));
    if (i < n) storeSome(at(y, i), joined(kind, one, loadSome(at(b, i), n - i)), n - i);
  } else {
    const one = v128.load32_splat(b);
    const all = aStep ? splat(0) : v128.load32_splat(a);
    for (; i + 4 <= n; i += 4) v128.store(at(y, i), joined(kind, aStep ? v128.load(at(a, i)) : all, one));
    if (i < n) storeSome(at(y, i), joined(kind, aStep ? loadSome(at(a, i), n - i) : all, one), n - i);
  }
}

function lineOf(kind: i32, a: usize, aStep: i32, b: usize, bStep: i32, y: usize, n: i32): void {
  if (kind == 0) line(0, a, aStep, b, bStep, y, n);
  else if (kind == 1) line(1, a, aStep, b, bStep, y, n);
  else if (kind == 2) line(2, a, aStep, b, bStep, y, n);
  else if (kind == 3) line(3, a, aStep, b, bStep, y, n);
  else if (kind == 4) line(4, a, aStep, b, bStep, y, n);
  else if (kind == 5) line(5, a, aStep, b, bStep, y, n);
  else line(6, a, aStep, b, bStep, y, n);
}

/** y = a ∘ b, the kinds +, −, ·, /, larger, smaller, squared difference; floats [from, to). Steps are 1, or 0 for one value. */
export function combine(
  kind: i32,
  a: usize,
  aStep: i32,
  b: usize,
  bStep: i32,
  y: usize,
  from: i32,
  to: i32,
  _chunk: i32,
  _scratch: usize,
): void {
  lineOf(kind, at(a, from * aStep), aStep, at(b, from * bStep), bStep, at(y, from), to - from);
}

/**
 * As {@linkcode combine} with broadcasting: y is dense, of four axes; a step of 0 repeats an operand along an axis. The
 * first axis goes over [from, to). Steps are in floats, those of the last axis 0 or 1.
 */
export function combineBlocks(
  kind: i32,
  a: usize,
  a0: i32,
  a1: i32,
  a2: i32,
  aStep: i32,
  b: usize,
  b0: i32,
  b1: i32,
  b2: i32,
  bStep: i32,
  y: usize,
  n1: i32,
  n2: i32,
  run: i32,
  from: i32,
  to: i32,
  _chunk: i32,
  _scratch: usize,
): void {
  let target = at(y, from * n1 * n2 * run);
  for (let i = from; i < to; i++) {
    for (let j = 0; j < n1; j++) {
      let left = at(a, i * a0 + j * a1), right = at(b, i * b0 + j * b1);
      for (let k = 0; k < n2; k++) {
        lineOf(kind, left, aStep, right, bStep, target, run);
        left += <isize> a2 << 2;
        right += <isize> b2 << 2;
        target += <usize> run << 2;
      }
    }
  }
}
