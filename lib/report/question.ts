import type { Coordinate } from "../definition/grid.ts";
import { spaced } from "./definition.ts";
import type { Method } from "./methods.ts";
import { variations } from "./variants.ts";

/** Names that a question can hold and still be read. */
const NAMED = 4;

/** Values of one option that it can hold. */
const VALUES = 6;

/**
 * What some methods ask, as a sentence: of one how well it does; of those that differ in tags, or in one option, what
 * these change; of others which is best.
 */
export function questionOf(methods: readonly Method[]): string {
  if (methods.length === 1) return `How well does ${methods[0].name} tell fakes from photographs?`;
  const found = variations(methods);
  const swept = sweptTags(methods);
  const tagged = found.slice(0, tagsOf(methods).length).filter(({ path }) => swept.includes(path));
  // a grid's tags name what the paths below them say again
  const ways = tagged.length > 0 ? tagged : found.length === 1 ? found : [];
  if (ways.length === 1) {
    const [{ path, values }] = ways;
    const told = [...new Set(values.map(valueText))];
    return `What does ${spaced(path)} change${told.length > VALUES ? "" : `: ${list(told, "or")}`}?`;
  }
  if (ways.length > 1) return `What do ${list(ways.map(({ path }) => spaced(path)), "and")} change?`;
  const which = methods.length > NAMED ? `Which of ${methods.length} methods tells` : "Which tells";
  const names = methods.length > NAMED ? "" : `: ${list(methods.map(({ name }) => name), "or")}`;
  return `${which} fakes from photographs best${names}?`;
}

/** Tags that have not the same value in all methods. */
export function sweptTags(methods: readonly Method[]): string[] {
  return tagsOf(methods).filter((tag) =>
    new Set(methods.map(({ records: [first] }) => first.experiment.tags[tag] ?? null)).size > 1
  );
}

function tagsOf(methods: readonly Method[]): string[] {
  return [...new Set(methods.flatMap(({ records: [first] }) => Object.keys(first.experiment.tags)))];
}

/** Some words as a sentence lists them: "a, b and c". */
export function list(words: readonly string[], last: "and" | "or"): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} ${last} ${words[words.length - 1]}`;
}

function valueText(value: unknown): string {
  if (value === null) return "none";
  if (typeof value === "object") return (value as { kind?: Coordinate }).kind?.toString() ?? JSON.stringify(value);
  return typeof value === "string" ? spaced(value) : String(value).replace("-", "−");
}
