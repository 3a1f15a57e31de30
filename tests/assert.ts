/** What a test may claim. Five words, so that tests need no package. */

/** Claims a condition; narrows it for the compiler. */
export function assert(condition: unknown, message = "the condition does not hold"): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/**
 * Claims that two values are the same, all the way down: primitives as `Object.is` has it (NaN equals NaN,
 * 0 differs from −0), arrays and typed arrays by kind and items, maps and sets by entries, objects by prototype and own keys
 * of any order. A key that holds undefined differs from a missing one.
 */
export function assertEquals<T>(got: T, want: T, message?: string): void {
  const at = difference(got, want, "");
  if (at !== null) throw new AssertionError(`${message === undefined ? "" : `${message}: `}${at}`);
}

/**
 * Claims that numbers, or arrays of numbers item by item, differ by at most `tolerance` (absolute).
 * NaN is close to nothing.
 */
export function assertClose(
  got: number | ArrayLike<number>,
  want: number | ArrayLike<number>,
  tolerance: number,
  message?: string,
): void {
  const a = typeof got === "number" ? [got] : got;
  const b = typeof want === "number" ? [want] : want;
  const prefix = message === undefined ? "" : `${message}: `;
  if (a.length !== b.length) throw new AssertionError(`${prefix}${a.length} numbers, expected ${b.length}`);
  let worst = 0;
  let place = -1;
  for (let i = 0; i < a.length; i++) {
    const gap = Object.is(a[i], b[i]) && !Number.isNaN(a[i]) ? 0 : Math.abs(a[i] - b[i]);
    if (!(gap <= tolerance) && !(gap <= worst)) [worst, place] = [Number.isNaN(gap) ? Infinity : gap, i];
  }
  if (place >= 0) {
    throw new AssertionError(
      `${prefix}${a[place]} at [${place}], expected ${
        b[place]
      } ± ${tolerance} (off by ${worst}, the worst of ${a.length})`,
    );
  }
}

// deno-lint-ignore no-explicit-any -- a constructor of errors takes whatever it takes
type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;

/** Claims that `f` throws an error of the class whose message contains `part`; returns the error. */
export function assertThrows<E extends Error>(f: () => unknown, kind: ErrorClass<E>, part = ""): E {
  try {
    f();
  } catch (error) {
    return checked(error, kind, part);
  }
  throw new AssertionError(`nothing was thrown, expected ${kind.name} with "${part}"`);
}

/** Claims that the promise of `f` is rejected as {@linkcode assertThrows} has it; resolves to the error. */
export async function assertRejects<E extends Error>(
  f: () => Promise<unknown>,
  kind: ErrorClass<E>,
  part = "",
): Promise<E> {
  try {
    await f();
  } catch (error) {
    return checked(error, kind, part);
  }
  throw new AssertionError(`nothing was thrown, expected ${kind.name} with "${part}"`);
}

/** A claim that does not hold. */
export class AssertionError extends Error {
  override readonly name = "AssertionError";
}

function checked<E extends Error>(error: unknown, kind: ErrorClass<E>, part: string): E {
  if (!(error instanceof kind)) {
    throw new AssertionError(`${Deno.inspect(error)} was thrown, expected ${kind.name} with "${part}"`, {
      cause: error,
    });
  }
  if (!error.message.includes(part)) {
    throw new AssertionError(`the message is "${error.message}", expected it to contain "${part}"`, { cause: error });
  }
  return error;
}

/** Where two values first differ, told for a reader; null when nowhere. */
function difference(got: unknown, want: unknown, path: string): string | null {
  if (Object.is(got, want)) return null;
  const here = `${path === "" ? "" : `at ${path}: `}got ${show(got)}, expected ${show(want)}`;
  if (typeof got !== "object" || typeof want !== "object" || got === null || want === null) return here;
  if (Object.getPrototypeOf(got) !== Object.getPrototypeOf(want)) return here;
  if (got instanceof Date) return got.getTime() === (want as Date).getTime() ? null : here;
  if (got instanceof Map || got instanceof Set) {
    return difference([...got], [...(want as Iterable<unknown>)], path);
  }
  if (ArrayBuffer.isView(got) || Array.isArray(got)) {
    const [a, b] = [got, want] as unknown as [ArrayLike<unknown>, ArrayLike<unknown>];
    if (a.length !== b.length) return `${here} (${a.length} items, expected ${b.length})`;
    for (let i = 0; i < a.length; i++) {
      const found = difference(a[i], b[i], `${path}[${i}]`);
      if (found !== null) return found;
    }
    return null;
  }
  if (got instanceof Error && got.message !== (want as Error).message) return here;
  const [a, b] = [got, want] as [Record<PropertyKey, unknown>, Record<PropertyKey, unknown>];
  for (const key of new Set([...Reflect.ownKeys(a), ...Reflect.ownKeys(b)])) {
    const inner = path === "" ? String(key) : `${path}.${String(key)}`;
    if (!Object.hasOwn(a, key)) return `at ${inner}: missing, expected ${show(b[key])}`;
    if (!Object.hasOwn(b, key)) return `at ${inner}: got ${show(a[key])}, expected nothing`;
    const found = difference(a[key], b[key], inner);
    if (found !== null) return found;
  }
  return null;
}

function show(value: unknown): string {
  return Deno.inspect(value, { depth: 4, iterableLimit: 20, strAbbreviateSize: 400 });
}
