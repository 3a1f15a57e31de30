import { isPart, type Part } from "../definition/part.ts";
import { pipelineInWords } from "./models.ts";

/** Options of the command line that make what a part makes: "--method vae --steps 50". */
export function makingFlags(spec: Part): string {
  const { kind, of, ...options } = spec as Part & Readonly<Record<string, unknown>>;
  if (isPart(of)) return `${makingFlags(of)} --${kind}`;
  const words = Object.entries(options).filter(([name, value]) => name !== "model" && value !== null)
    .map(([name, value]) => `--${name} ${/^[\w.-]+$/.test(String(value)) ? value : `'${value}'`}`);
  return [`--method ${kind}`, ...words].join(" ");
}

/** The model that a part names, or the part inside it. */
export function modelOf(spec: Part): string {
  const { model, of } = spec as Part & { readonly model?: string; readonly of?: unknown };
  return isPart(of) ? modelOf(of) : model ?? "";
}

/** The end of an error about missing artifacts: both ways to make them, in the run and before it. */
export function howToMake(spec: Part): string {
  const model = modelOf(spec);
  return "To have them made in the run, name a folder of pipelines (pipelines of run(), --pipelines DIR or PIPELINES) " +
    `in which "${model}" is ${
      pipelineInWords(model)
    } as ONNX. To make them before: deno task reconstruct FILE [EXPORT] ` +
    "--data DIR --pipelines DIR, or of any images: deno task reconstruct " +
    `--data DIR ${makingFlags(spec)} --pipeline DIR/${model}`;
}
