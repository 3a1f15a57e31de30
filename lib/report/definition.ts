import type { Experiment } from "../experiment.ts";
import { escapeHtml, join } from "./html.ts";
import type { Method } from "./methods.ts";
import { percent, thousands } from "./numbers.ts";
import { plural } from "./text.ts";

/** One line of a definition told: what, and what it is. */
export interface Told {
  readonly what: string;
  /** Different values with the methods that have each; of one value that all share `methods` is null. */
  readonly values: readonly { readonly text: string; readonly methods: readonly string[] | null }[];
}

/**
 * What some methods are, field by field, for readers: every option that is set, in words close to the definition's own.
 * Where methods differ the line has a value for each, and a loss term names those that have it.
 */
export function tellDefinitions(methods: readonly Method[]): Told[] {
  const definitions = methods.map(({ records: [first] }) => first.experiment);
  const terms = [...new Set(definitions.flatMap(({ loss }) => Object.keys(loss ?? {})))];
  const lines: [string, (experiment: Experiment) => string | null][] = [
    ["trained on", ({ data }) => told(data.train)],
    ["validated on", ({ data }) => told(data.validation) ?? "photographs held out from training"],
    ["tested on", ({ data }) => told(data.test)],
    ["view", ({ view }) => told(view)],
    ["reconstructions", ({ reconstruct }) => reconstruct === null ? "none" : told(reconstruct)],
    ["augmentation", ({ augment }) => told(augment)],
    ["backbone", ({ model }) => told(model?.backbone)],
    ["refinement", ({ model }) => model?.refine ? told(model.refine) : null],
    ["head", ({ model }) => told(model?.head)],
    ["what learns", ({ trainable }) => trainable === undefined ? null : trainableTold(trainable)],
    ...terms.map((term): [string, (experiment: Experiment) => string | null] => [
      `loss: ${term}`,
      ({ loss }) => told(loss[term]),
    ]),
    ["optimizer", ({ optimizer }) => told(optimizer)],
    ["schedule", ({ schedule }) => told(schedule)],
    ["gradient", ({ clip }) => clip === undefined || clip === null ? null : `clipped to a norm of ${told(clip)}`],
    ["batch", (experiment) => experiment.batch === undefined ? null : batchTold(experiment)],
    ["precision", ({ precision }) => precision === "bfloat16" ? "bfloat16 in products and convolutions" : null],
    ["epochs", ({ epochs }) => epochs === null ? "until the schedule ends them" : told(epochs)],
    ["epoch kept", ({ select }) => select === undefined ? null : keptTold(select)],
    ["frozen on validation", ({ evaluate }) => evaluate === undefined ? null : frozenTold(evaluate)],
    ["steps that are not finite", ({ onNaN }) => onNaN === "skip" ? "left out and recorded" : null],
  ];
  return lines.flatMap(([what, tell]) => {
    const values = new Map<string, string[]>();
    methods.forEach(({ name }, i) => {
      const text = tell(definitions[i]);
      if (text !== null) values.set(text, [...values.get(text) ?? [], name]);
    });
    return values.size === 0 ? [] : [{
      what,
      values: [...values].map(([text, names]) => ({ text, methods: names.length === methods.length ? null : names })),
    }];
  });
}

/** The same as an HTML list. */
export function definitionHtml(methods: readonly Method[]): string {
  const lines = tellDefinitions(methods).map(({ what, values }) => {
    const shown = values.map(({ text, methods }) => {
      const whose = methods === null ? "" : `<small>${escapeHtml(methods.join(", "))}</small>`;
      return `<dd>${escapeHtml(text)}${whose}</dd>`;
    });
    return `<dt>${escapeHtml(what)}</dt>${join(shown)}`;
  });
  return `<dl class="definition">${join(lines)}</dl>`;
}

/** A part as "kind: option value, …" without what is not set; lists joined; null of nothing. */
export function told(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) {
    if (value.length === 0) return null;
    return value.map((item) => told(item) ?? "–").join(value.some((item) => typeof item === "object") ? "; " : ", ");
  }
  if (typeof value === "number") return String(value).replace("-", "−");
  if (typeof value !== "object") return spaced(String(value));
  const { kind, ...options } = value as Record<string, unknown>;
  const set = Object.entries(options).flatMap(([name, option]) => {
    if (option === null || option === undefined || option === false) return [];
    if (option === true) return [spaced(name)];
    const numbers = Array.isArray(option) && option.every((item) => typeof item === "number");
    const inner = numbers ? `[${told(option) ?? ""}]` : told(option);
    return [`${spaced(name)} ${typeof option === "object" && !Array.isArray(option) ? `(${inner})` : inner}`];
  });
  const named = typeof kind === "string" ? spaced(kind) : null;
  return [named, set.join(", ")].filter((text) => text !== null && text !== "").join(": ");
}

/** A name as words, "layerScale" as "layer scale"; other texts stay. */
export function spaced(name: string): string {
  return !/^[a-z][A-Za-z0-9]*$/.test(name)
    ? name
    : name.replace(/(?<=[a-z])[A-Z](?=[a-z])/g, (letter) => ` ${letter.toLowerCase()}`);
}

function trainableTold(trainable: Experiment["trainable"]): string | null {
  if (trainable === null) return null;
  const { lastStages, ema, headNonNegative } = trainable;
  const stages = lastStages === 1 ? "the last stage" : `the last ${lastStages} stages`;
  return [
    lastStages === null ? "all" : lastStages === 0 ? "the head alone" : `the head and ${stages} of the backbone`,
    ...(headNonNegative ? ["the last layer's weights held ≥ 0"] : []),
    ...(ema === null ? [] : [`judged by the running mean of the weights, of which a step keeps ${told(ema)}`]),
  ].join("; ");
}

function batchTold({ batch: { size, accumulate, synced, fakes }, reconstruct }: Experiment): string {
  return `${size} rows` + ((accumulate ?? 1) === 1 ? "" : `, ${accumulate} batches a step`) +
    (reconstruct === null || reconstruct.kind === "residual" ? "" : ", reconstructions among them") +
    (fakes === null || fakes === undefined || fakes === 1
      ? ""
      : fakes === 0
      ? "; no fakes but reconstructions"
      : `; ${fakes} fakes to a photograph`) +
    (synced ? "; an image and its reconstruction are changed and cut alike" : "");
}

const metricsTold = {
  accuracy: "accuracy",
  balancedAccuracy: "balanced accuracy",
  auc: "AUC",
  averagePrecision: "average precision",
};

/** What is decided on validation beside the best epoch; null where a definition says nothing of it. */
function frozenTold(evaluate: Experiment["evaluate"]): string | null {
  if (evaluate === null) return null;
  const { threshold, calibration } = evaluate;
  const parts = [
    ...(threshold === null ? [] : [thresholdTold(threshold)]),
    ...(calibration === null ? [] : [`calibration by ${calibration}`]),
  ];
  return parts.length === 0 ? null : parts.join("; ");
}

function thresholdTold({ images, by, goal }: NonNullable<NonNullable<Experiment["evaluate"]>["threshold"]>): string {
  const of = images === null
    ? "all images"
    : `${thousands(images)} images ${by === "class" ? "of each class" : "in all"}`;
  const best = typeof goal === "object"
    ? `at most ${percent(goal.fpr)} % of photographs called fake`
    : goal === "accuracy"
    ? "best accuracy"
    : "best balanced accuracy";
  return `threshold of ${best}, on ${of}`;
}

function keptTold({ metric, every = null, patience = null, gain = null }: Experiment["select"]): string {
  return [
    metric === "last" ? "the last" : `the first with the best validation ${metricsTold[metric]}`,
    ...(every === null ? [] : [`judged every ${plural(every, "step")} too`]),
    ...(patience === null ? [] : [
      `ends after ${plural(patience, "validation")} no better${gain === null ? "" : ` by more than ${told(gain)}`}`,
    ]),
  ].join("; ");
}
