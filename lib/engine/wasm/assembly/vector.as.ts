// Helpers shared by all kernels. Addresses are bytes (usize); counts and indices are floats (i32).
// Offsets are added to the address, not given as immediates: in V8 an immediate costs matmul about 15 %.

@inline
export function at(address: usize, index: i32): usize {
  return address + (<usize> index << 2);
}

@inline
export function get(address: usize, index: i32): f32 {
  return load<f32>(at(address, index));
}

@inline
export function set(address: usize, index: i32, value: f32): void {
  store<f32>(at(address, index), value);
}

@inline
export function smaller(a: i32, b: i32): i32 {
  return a < b ? a : b;
}

@inline
export function larger(a: i32, b: i32): i32 {
  return a > b ? a : b;
}

@inline
export function splat(value: f32): v128 {
  return f32x4.splat(value);
}

/** a · b + c in two roundings: the relaxed fused form may round differently from machine to machine. */
@inline
export function mulAdd(a: v128, b: v128, c: v128): v128 {
  return f32x4.add(f32x4.mul(a, b), c);
}

@inline
export function sumLanes(v: v128): f32 {
  return (f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1)) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}

/** The first `count` (1…4) floats at an address, zeros behind them. */
@inline
export function loadSome(address: usize, count: i32): v128 {
  if (count >= 4) return v128.load(address);
  let v = v128.load32_zero(address);
  if (count > 1) v = f32x4.replace_lane(v, 1, load<f32>(address + 4));
  if (count > 2) v = f32x4.replace_lane(v, 2, load<f32>(address + 8));
  return v;
}

/** Writes the first `count` (1…4) floats. */
@inline
export function storeSome(address: usize, v: v128, count: i32): void {
  if (count >= 4) {
    v128.store(address, v);
    return;
  }
  store<f32>(address, f32x4.extract_lane(v, 0));
  if (count > 1) store<f32>(address + 4, f32x4.extract_lane(v, 1));
  if (count > 2) store<f32>(address + 8, f32x4.extract_lane(v, 2));
}

export function copy(to: usize, from: usize, count: i32): void {
  let i = 0;
  for (; i + 4 <= count; i += 4) v128.store(at(to, i), v128.load(at(from, i)));
  for (; i < count; i++) set(to, i, get(from, i));
}

export function clear(to: usize, count: i32): void {
  let i = 0;
  for (; i + 4 <= count; i += 4) v128.store(at(to, i), splat(0));
  for (; i < count; i++) set(to, i, 0);
}

/** to += from */
export function accumulate(to: usize, from: usize, count: i32): void {
  let i = 0;
  for (; i + 4 <= count; i += 4) v128.store(at(to, i), f32x4.add(v128.load(at(to, i)), v128.load(at(from, i))));
  for (; i < count; i++) set(to, i, get(to, i) + get(from, i));
}
