// What a JPEG file does to the pixels that are stored in it, without the file: colours apart, colour at half the
// resolution, blocks as frequencies, these in whole steps, and all the way back. Huffman codes lose nothing and are left
// out. Whole numbers throughout, those of libjpeg's "islow" transform, colour tables and "fancy" upsampling.

// Transforms (Loeffler, Ligtenberg and Moschytz 1989), constants in 1 / 2¹³ as libjpeg names them.
const F_0_298: i32 = 2446, F_0_390: i32 = 3196, F_0_541: i32 = 4433, F_0_765: i32 = 6270;
const F_0_899: i32 = 7373, F_1_175: i32 = 9633, F_1_501: i32 = 12299, F_1_847: i32 = 15137;
const F_1_961: i32 = 16069, F_2_053: i32 = 16819, F_2_562: i32 = 20995, F_3_072: i32 = 25172;

/** The same two 16-bit numbers in every pair of lanes. */
// @ts-ignore: a decorator of the compiler
@inline
function pair(low: i32, high: i32): v128 {
  return i32x4.splat((high << 16) | (low & 0xffff));
}

// @ts-ignore: a decorator of the compiler
@inline
function low(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

// @ts-ignore: a decorator of the compiler
@inline
function high(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

// @ts-ignore: a decorator of the compiler
@inline
function lowPairs(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 0, 4, 1, 5);
}

// @ts-ignore: a decorator of the compiler
@inline
function highPairs(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 2, 6, 3, 7);
}

// @ts-ignore: a decorator of the compiler
@inline
function row(block: usize, i: i32): v128 {
  return v128.load(block + (<usize> i << 4));
}

// @ts-ignore: a decorator of the compiler
@inline
function put(block: usize, i: i32, v: v128): void {
  v128.store(block + (<usize> i << 4), v);
}

/** Sums of 32 bits in whole numbers of 2^shift, rounded, as 16 bits. */
// @ts-ignore: a decorator of the compiler
@inline
function descale(a: v128, b: v128, shift: i32): v128 {
  const half = i32x4.splat(1 << (shift - 1));
  return i16x8.narrow_i32x4_s(i32x4.shr_s(i32x4.add(a, half), shift), i32x4.shr_s(i32x4.add(b, half), shift));
}

/** Pairs of numbers times a pair each, and what the other half of the transform adds. */
// @ts-ignore: a decorator of the compiler
@inline
function turned(pairs: v128, by: v128, more: v128): v128 {
  return i32x4.add(i32x4.dot_i16x8_s(pairs, by), more);
}

/** Rows of 8 × 8 numbers of 16 bits become columns. */
function turn(b: usize): void {
  const r0 = row(b, 0), r1 = row(b, 1), r2 = row(b, 2), r3 = row(b, 3);
  const r4 = row(b, 4), r5 = row(b, 5), r6 = row(b, 6), r7 = row(b, 7);
  const a0 = low(r0, r1), a1 = high(r0, r1), a2 = low(r2, r3), a3 = high(r2, r3);
  const a4 = low(r4, r5), a5 = high(r4, r5), a6 = low(r6, r7), a7 = high(r6, r7);
  const c0 = lowPairs(a0, a2), c1 = highPairs(a0, a2), c2 = lowPairs(a1, a3), c3 = highPairs(a1, a3);
  const c4 = lowPairs(a4, a6), c5 = highPairs(a4, a6), c6 = lowPairs(a5, a7), c7 = highPairs(a5, a7);
  put(b, 0, v128.shuffle<i64>(c0, c4, 0, 2));
  put(b, 1, v128.shuffle<i64>(c0, c4, 1, 3));
  put(b, 2, v128.shuffle<i64>(c1, c5, 0, 2));
  put(b, 3, v128.shuffle<i64>(c1, c5, 1, 3));
  put(b, 4, v128.shuffle<i64>(c2, c6, 0, 2));
  put(b, 5, v128.shuffle<i64>(c2, c6, 1, 3));
  put(b, 6, v128.shuffle<i64>(c3, c7, 0, 2));
  put(b, 7, v128.shuffle<i64>(c3, c7, 1, 3));
}

/** One way of the forward transform, over the rows that stand in b; `second`: its results are a quarter. */
// @ts-ignore: a decorator of the compiler
@inline
function forward(b: usize, second: bool): void {
  const x0 = row(b, 0), x1 = row(b, 1), x2 = row(b, 2), x3 = row(b, 3);
  const x4 = row(b, 4), x5 = row(b, 5), x6 = row(b, 6), x7 = row(b, 7);
  const t0 = i16x8.add(x0, x7), t7 = i16x8.sub(x0, x7), t1 = i16x8.add(x1, x6), t6 = i16x8.sub(x1, x6);
  const t2 = i16x8.add(x2, x5), t5 = i16x8.sub(x2, x5), t3 = i16x8.add(x3, x4), t4 = i16x8.sub(x3, x4);
  const t10 = i16x8.add(t0, t3), t13 = i16x8.sub(t0, t3), t11 = i16x8.add(t1, t2), t12 = i16x8.sub(t1, t2);
  const sum = i16x8.add(t10, t11), difference = i16x8.sub(t10, t11);
  const two = i16x8.splat(2);
  put(b, 0, second ? i16x8.shr_s(i16x8.add(sum, two), 2) : i16x8.shl(sum, 2));
  put(b, 4, second ? i16x8.shr_s(i16x8.add(difference, two), 2) : i16x8.shl(difference, 2));
  const shift = second ? 15 : 11;

  const even0 = low(t12, t13), even1 = high(t12, t13);
  const of2 = pair(F_0_541, F_0_541 + F_0_765), of6 = pair(F_0_541 - F_1_847, F_0_541);
  put(b, 2, descale(i32x4.dot_i16x8_s(even0, of2), i32x4.dot_i16x8_s(even1, of2), shift));
  put(b, 6, descale(i32x4.dot_i16x8_s(even0, of6), i32x4.dot_i16x8_s(even1, of6), shift));

  const z3 = i16x8.add(t4, t6), z4 = i16x8.add(t5, t7);
  const z0 = low(z3, z4), z1 = high(z3, z4);
  const of73 = pair(F_1_175 - F_1_961, F_1_175), of51 = pair(F_1_175, F_1_175 - F_0_390);
  const a0 = i32x4.dot_i16x8_s(z0, of73), a1 = i32x4.dot_i16x8_s(z1, of73);
  const c0 = i32x4.dot_i16x8_s(z0, of51), c1 = i32x4.dot_i16x8_s(z1, of51);
  const outer0 = low(t4, t7), outer1 = high(t4, t7);
  const of7 = pair(F_0_298 - F_0_899, -F_0_899), of1 = pair(-F_0_899, F_1_501 - F_0_899);
  put(b, 7, descale(turned(outer0, of7, a0), turned(outer1, of7, a1), shift));
  put(b, 1, descale(turned(outer0, of1, c0), turned(outer1, of1, c1), shift));
  const inner0 = low(t5, t6), inner1 = high(t5, t6);
  const of5 = pair(F_2_053 - F_2_562, -F_2_562), of3 = pair(-F_2_562, F_3_072 - F_2_562);
  put(b, 5, descale(turned(inner0, of5, c0), turned(inner1, of5, c1), shift));
  put(b, 3, descale(turned(inner0, of3, a0), turned(inner1, of3, a1), shift));
}

/** One way of the inverse transform, over the rows that stand in b. */
// @ts-ignore: a decorator of the compiler
@inline
function inverse(b: usize, shift: i32): void {
  const x0 = row(b, 0), x1 = row(b, 1), x2 = row(b, 2), x3 = row(b, 3);
  const x4 = row(b, 4), x5 = row(b, 5), x6 = row(b, 6), x7 = row(b, 7);
  const even0 = low(x2, x6), even1 = high(x2, x6);
  const of2 = pair(F_0_541, F_0_541 - F_1_847), of3 = pair(F_0_541 + F_0_765, F_0_541);
  const t2a = i32x4.dot_i16x8_s(even0, of2), t2b = i32x4.dot_i16x8_s(even1, of2);
  const t3a = i32x4.dot_i16x8_s(even0, of3), t3b = i32x4.dot_i16x8_s(even1, of3);
  const flat0 = low(x0, x4), flat1 = high(x0, x4);
  const plus = pair(8192, 8192), minus = pair(8192, -8192);
  const t0a = i32x4.dot_i16x8_s(flat0, plus), t0b = i32x4.dot_i16x8_s(flat1, plus);
  const t1a = i32x4.dot_i16x8_s(flat0, minus), t1b = i32x4.dot_i16x8_s(flat1, minus);

  const z3 = i16x8.add(x7, x3), z4 = i16x8.add(x5, x1);
  const z0 = low(z3, z4), z1 = high(z3, z4);
  const ofA = pair(F_1_175 - F_1_961, F_1_175), ofC = pair(F_1_175, F_1_175 - F_0_390);
  const a0 = i32x4.dot_i16x8_s(z0, ofA), a1 = i32x4.dot_i16x8_s(z1, ofA);
  const c0 = i32x4.dot_i16x8_s(z0, ofC), c1 = i32x4.dot_i16x8_s(z1, ofC);
  const outer0 = low(x7, x1), outer1 = high(x7, x1);
  const ofO0 = pair(F_0_298 - F_0_899, -F_0_899), ofO3 = pair(-F_0_899, F_1_501 - F_0_899);
  const o0a = turned(outer0, ofO0, a0), o0b = turned(outer1, ofO0, a1);
  const o3a = turned(outer0, ofO3, c0), o3b = turned(outer1, ofO3, c1);
  const inner0 = low(x5, x3), inner1 = high(x5, x3);
  const ofO1 = pair(F_2_053 - F_2_562, -F_2_562), ofO2 = pair(-F_2_562, F_3_072 - F_2_562);
  const o1a = turned(inner0, ofO1, c0), o1b = turned(inner1, ofO1, c1);
  const o2a = turned(inner0, ofO2, a0), o2b = turned(inner1, ofO2, a1);

  let e0 = i32x4.add(t0a, t3a), e1 = i32x4.add(t0b, t3b);
  put(b, 0, descale(i32x4.add(e0, o3a), i32x4.add(e1, o3b), shift));
  put(b, 7, descale(i32x4.sub(e0, o3a), i32x4.sub(e1, o3b), shift));
  e0 = i32x4.sub(t0a, t3a), e1 = i32x4.sub(t0b, t3b);
  put(b, 3, descale(i32x4.add(e0, o0a), i32x4.add(e1, o0b), shift));
  put(b, 4, descale(i32x4.sub(e0, o0a), i32x4.sub(e1, o0b), shift));
  e0 = i32x4.add(t1a, t2a), e1 = i32x4.add(t1b, t2b);
  put(b, 1, descale(i32x4.add(e0, o2a), i32x4.add(e1, o2b), shift));
  put(b, 6, descale(i32x4.sub(e0, o2a), i32x4.sub(e1, o2b), shift));
  e0 = i32x4.sub(t1a, t2a), e1 = i32x4.sub(t1b, t2b);
  put(b, 2, descale(i32x4.add(e0, o1a), i32x4.add(e1, o1b), shift));
  put(b, 5, descale(i32x4.sub(e0, o1a), i32x4.sub(e1, o1b), shift));
}

/** Four coefficients in whole steps: as many steps as are nearest, half a step away from 0, times the step. */
// @ts-ignore: a decorator of the compiler
@inline
function stepped(x: v128, step: v128): v128 {
  const eight = i32x4.shl(step, 3); // the transform's results are 8 times the coefficients
  const size = i32x4.add(i32x4.abs(x), i32x4.shr_s(eight, 1));
  const count = i32x4.trunc_sat_f32x4_s(f32x4.div(f32x4.convert_i32x4_s(size), f32x4.convert_i32x4_s(eight)));
  const sign = i32x4.shr_s(x, 31);
  return i32x4.sub(v128.xor(i32x4.mul(count, step), sign), sign);
}

/** What becomes of one block of a plane; `steps`: 64 of 32 bits, row by row; `b`: memory for 64 numbers of 16 bits. */
function block(plane: usize, stride: usize, steps: usize, b: usize): void {
  const middle = i16x8.splat(128);
  for (let i = 0; i < 8; i++) {
    put(b, i, i16x8.sub(i16x8.extend_low_i8x16_u(v128.load64_zero(plane + <usize> i * stride)), middle));
  }
  turn(b);
  forward(b, false);
  turn(b);
  forward(b, true);
  for (let i = 0; i < 8; i++) {
    const x = row(b, i);
    const step = steps + (<usize> i << 5);
    const a = stepped(i32x4.extend_low_i16x8_s(x), v128.load(step));
    const c = stepped(i32x4.extend_high_i16x8_s(x), v128.load(step, 16));
    put(b, i, i16x8.narrow_i32x4_s(a, c));
  }
  inverse(b, 11);
  turn(b);
  inverse(b, 18);
  turn(b);
  for (let i = 0; i < 8; i++) {
    const values = i16x8.add_sat_s(row(b, i), middle);
    v128.store64_lane(plane + <usize> i * stride, i8x16.narrow_i16x8_u(values, values), 0);
  }
}

/** All blocks of a plane. */
function blocks(plane: usize, width: i32, height: i32, steps: usize, b: usize): void {
  for (let y = 0; y < height; y += 8) {
    for (let x = 0; x < width; x += 8) block(plane + <usize> (y * width + x), width, steps, b);
  }
}

/** Luma and both colours of a line, its last pixel again up to `padded`. */
function apart(rgb: usize, width: i32, padded: i32, y: usize, u: usize, v: usize, red: i32): void {
  const blue = 2 - red;
  const half: i32 = 1 << 15, middle: i32 = (128 << 16) + half - 1;
  for (let x = 0; x < width; x++, rgb += 3) {
    const r = <i32> load<u8>(rgb + red), g = <i32> load<u8>(rgb, 1), b = <i32> load<u8>(rgb + blue);
    store<u8>(y + x, (19595 * r + 38470 * g + 7471 * b + half) >> 16);
    store<u8>(u + x, (32768 * b - 11059 * r - 21709 * g + middle) >> 16);
    store<u8>(v + x, (32768 * r - 27439 * g - 5329 * b + middle) >> 16);
  }
  const rest = padded - width;
  memory.fill(y + width, load<u8>(y + width - 1), rest);
  memory.fill(u + width, load<u8>(u + width - 1), rest);
  memory.fill(v + width, load<u8>(v + width - 1), rest);
}

/** The means of squares of four, rounded down and up in turn. */
function halve(above: usize, below: usize, to: usize, count: i32): void {
  for (let x = 0; x < count; x++) {
    const at = <usize> x << 1;
    const sum = <i32> load<u8>(above + at) + load<u8>(above + at, 1) + load<u8>(below + at) + load<u8>(below + at, 1);
    store<u8>(to + x, (sum + 1 + (x & 1)) >> 2);
  }
}

/** A line of colour at twice its length, three parts of its own and one of the line `other` beside it. */
function doubled(own: usize, other: usize, to: usize, count: i32): void {
  let last = 3 * <i32> load<u8>(own) + load<u8>(other);
  let here = last;
  for (let x = 0; x < count; x++) {
    const next = x + 1 < count ? 3 * <i32> load<u8>(own + x, 1) + load<u8>(other + x, 1) : here;
    store<u8>(to + (x << 1), (3 * here + last + 8) >> 4);
    store<u8>(to + (x << 1), (3 * here + next + 7) >> 4, 1);
    last = here;
    here = next;
  }
}

/** The same where there are too few columns to look at a neighbour. */
function repeated(own: usize, to: usize, count: i32): void {
  for (let x = 0; x < count; x++) {
    const value = load<u8>(own + x);
    store<u8>(to + (x << 1), value);
    store<u8>(to + (x << 1), value, 1);
  }
}

// @ts-ignore: a decorator of the compiler
@inline
function limited(x: i32): i32 {
  return smaller(larger(x, 0), 255);
}

/** A line of pixels from luma and both colours. */
function together(rgb: usize, width: i32, y: usize, u: usize, v: usize, red: i32): void {
  const blue = 2 - red;
  const half: i32 = 1 << 15;
  for (let x = 0; x < width; x++, rgb += 3) {
    const luma = <i32> load<u8>(y + x), cb = <i32> load<u8>(u + x) - 128, cr = <i32> load<u8>(v + x) - 128;
    store<u8>(rgb + red, limited(luma + ((91881 * cr + half) >> 16)));
    store<u8>(rgb, limited(luma + ((-22554 * cb - 46802 * cr + half) >> 16)), 1);
    store<u8>(rgb + blue, limited(luma + ((116130 * cb + half) >> 16)));
  }
}

// An image goes through three functions and not through one: where all of it stood in one function, V8 took 3.5 ms for
// 240 × 240 pixels instead of 0.75.

/**
 * An image [height, width, 3] as planes, one after the other: luma, and both colours at half the resolution. Sides are
 * filled up to 16 as libjpeg does it, with the last line and the last column, of colour with the last that was made.
 *
 * @param red place of the channel that is taken for red, 0 or 2
 * @param lines memory for four lines of the filled width
 */
export function takeApart(rgb: usize, width: i32, height: i32, red: i32, planes: usize, lines: usize): void {
  const w = filled(width), h = filled(height), cw = w >> 1, ch = h >> 1;
  const u = planes + w * h, v = u + cw * ch;
  const u0 = lines, u1 = u0 + w, v0 = u1 + w, v1 = v0 + w;
  for (let i = 0; i < height; i += 2) {
    const y = planes + i * w;
    apart(rgb + i * width * 3, width, w, y, u0, v0, red);
    if (i + 1 < height) {
      apart(rgb + (i + 1) * width * 3, width, w, y + w, u1, v1, red);
    } else {
      memory.copy(y + w, y, w);
      memory.copy(u1, u0, w);
      memory.copy(v1, v0, w);
    }
    halve(u0, u1, u + (i >> 1) * cw, cw);
    halve(v0, v1, v + (i >> 1) * cw, cw);
  }
  const used = (height + 1) >> 1;
  for (let i = used * 2; i < h; i++) memory.copy(planes + i * w, planes + (used * 2 - 1) * w, w);
  for (let i = used; i < ch; i++) {
    memory.copy(u + i * cw, u + (used - 1) * cw, cw);
    memory.copy(v + i * cw, v + (used - 1) * cw, cw);
  }
}

/**
 * What is left of the planes of an image.
 *
 * @param steps of luma, then of colour: twice 64 numbers of 32 bits, row by row
 * @param b memory for 64 numbers of 16 bits
 */
export function quantise(width: i32, height: i32, steps: usize, planes: usize, b: usize): void {
  const w = filled(width), h = filled(height), cw = w >> 1, ch = h >> 1;
  const u = planes + w * h, v = u + cw * ch;
  blocks(planes, w, h, steps, b);
  blocks(u, cw, ch, steps + 256, b);
  blocks(v, cw, ch, steps + 256, b);
}

/** The image of planes; `red` and `lines` as in `takeApart`. */
export function putTogether(rgb: usize, width: i32, height: i32, red: i32, planes: usize, lines: usize): void {
  const w = filled(width), h = filled(height), cw = w >> 1, ch = h >> 1;
  const u = planes + w * h, v = u + cw * ch;
  const cb = lines, cr = lines + w;
  const columns = (width + 1) >> 1, rows = (height + 1) >> 1;
  for (let i = 0; i < height; i++) {
    const own = i >> 1;
    const beside = i & 1 ? smaller(own + 1, rows - 1) : larger(own - 1, 0);
    if (columns > 2) {
      doubled(u + own * cw, u + beside * cw, cb, columns);
      doubled(v + own * cw, v + beside * cw, cr, columns);
    } else {
      repeated(u + own * cw, cb, columns);
      repeated(v + own * cw, cr, columns);
    }
    together(rgb + i * width * 3, width, planes + i * w, cb, cr, red);
  }
}

// @ts-ignore: a decorator of the compiler
@inline
function filled(length: i32): i32 {
  return (length + 15) & ~15;
}

// @ts-ignore: a decorator of the compiler
@inline
function smaller(a: i32, b: i32): i32 {
  return a < b ? a : b;
}

// @ts-ignore: a decorator of the compiler
@inline
function larger(a: i32, b: i32): i32 {
  return a > b ? a : b;
}
