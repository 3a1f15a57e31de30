/** Benches, declared once for both that run them: `deno bench`, which times them, and `bench/check.ts`, which watches them. */

/** One thing whose time counts. */
export interface Benched {
  /** What it is compared within; "" where it stands alone. */
  readonly group: string;
  readonly name: string;
  /** Does it once. */
  readonly fn: () => unknown;
  /** Whether it is the rival that the others of its group are compared with. Default false. */
  readonly rival?: boolean;
  /**
   * Whether `bench:check` watches it: "short", in its short form too; "full", in its full form alone; "no", as rivals
   * made of other operations, which are no code of ours, and what takes too long. Default "full".
   */
  readonly watch?: "short" | "full" | "no";
  /** Where it runs in a process of its own: does it once instead of `fn`, and tells that one's processor milliseconds. */
  readonly elsewhere?: () => Promise<number>;
}

const declared: Benched[] = [];

/** Declares a bench. */
export function bench(one: Benched): void {
  declared.push(one);
  const { group, name, fn, rival = false } = one;
  Deno.bench({ name, baseline: rival, fn: async () => void await fn(), ...(group === "" ? {} : { group }) });
}

/** All that the bench files loaded so far have declared, in their order. */
export function declaredBenches(): readonly Benched[] {
  return declared;
}
