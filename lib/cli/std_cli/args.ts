/** Types of `parseArgs`: what it takes, and what that makes of its result. */

/** One name, several, or none. */
export type Names = string | readonly string[] | undefined;

/** Aliases by name: one, or several. */
export type Aliases = Readonly<Record<string, string | readonly string[]>>;

/** How {@linkcode parseArgs} reads the arguments; every field may be left out. */
export interface ParseOptions<
  Booleans extends boolean | Names = boolean | Names,
  Strings extends Names = Names,
  Collectable extends Names = Names,
  Negatable extends Names = Names,
  Defaults extends Readonly<Record<string, unknown>> | undefined = Readonly<Record<string, unknown>> | undefined,
  Alias extends Aliases | undefined = Aliases | undefined,
  DoubleDash extends boolean | undefined = boolean | undefined,
> {
  /** True puts what follows a lone `--` under that key instead of at the end of `_`. Default false. */
  "--"?: DoubleDash;
  /** Other spellings of an option; a value given to one is given to all. */
  alias?: Alias;
  /** Options without a value, false unless given; true makes every `--name` without `=` one of them. */
  boolean?: Booleans;
  /** Values of options that are not given. */
  default?: Defaults;
  /** True stops at the first argument that is no option; the rest goes to `_` as it stands. Default false. */
  stopEarly?: boolean;
  /** Options whose value stays text, "" when it is missing; `_` keeps the rest from turning into numbers. */
  string?: Strings;
  /** Options that may be repeated; their values make an array, and [] unless given if `string` or `boolean` names them. */
  collect?: Collectable;
  /** Options that `--no-name` sets to false. */
  negatable?: Negatable;
  /** Sees each argument that no list here names; returning false drops it. */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/** What {@linkcode parseArgs} returns, by the names its options list. */
export type Args<
  Booleans extends boolean | Names = undefined,
  Strings extends Names = undefined,
  Collectable extends Names = undefined,
  Negatable extends Names = undefined,
  Defaults = undefined,
  Alias = undefined,
  DoubleDash extends boolean | undefined = undefined,
> =
  & { [name: string]: unknown; _: (string | number)[] }
  & {
    [N in Spelled<Exclude<NameOf<Booleans>, NameOf<Strings>>, Alias>]: Value<boolean, N, Collectable, Defaults, Alias>;
  }
  & {
    [N in Spelled<Exclude<NameOf<Strings>, "_">, Alias>]: Value<
      | string
      | (N extends Spelled<NameOf<Negatable>, Alias> ? false : never)
      | (N extends Spelled<NameOf<Booleans>, Alias> ? boolean : never),
      N,
      Collectable,
      Defaults,
      Alias,
      N extends Spelled<NameOf<Booleans>, Alias> ? never : undefined
    >;
  }
  & {
    [N in Spelled<Exclude<NameOf<Collectable>, NameOf<Booleans> | NameOf<Strings>>, Alias>]: unknown[];
  }
  & (DoubleDash extends true ? { "--": string[] } : unknown);

type NameOf<T> = T extends string ? T : T extends readonly (infer Name extends string)[] ? Name : never;

/** The names, and every alias of them. */
type Spelled<Name extends string, Alias> = Name extends string ?
    | Name
    | (Alias extends Aliases ? (Name extends keyof Alias ? NameOf<Alias[Name]> : never) | Main<Name, Alias> : never)
  : never;

/** The names that a name is an alias of. */
type Main<Name extends string, Alias> = {
  [Key in keyof Alias]: Name extends NameOf<Alias[Key]> ? Key : never;
}[keyof Alias] extends infer Found extends string ? Found : never;

type Value<Plain, Name extends string, Collectable extends Names, Defaults, Alias, Missing = never> = Name extends
  Spelled<NameOf<Collectable>, Alias> ? Plain[]
  : Name extends keyof Defaults ? Plain | Widen<Defaults[Name]>
  : Plain | Missing;

type Widen<T> = T extends string ? string : T extends number ? number : T extends boolean ? boolean : T;
