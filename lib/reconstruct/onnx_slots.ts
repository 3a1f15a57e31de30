import { meant } from "../definition/nearest.ts";
import { countOfShape, type IntValues, type Values } from "./values.ts";

/** Types of number that the house's networks take and give. */
export const slotTypes = ["float32", "float16", "int32", "int64"] as const;
/** One of {@linkcode slotTypes}. */
export type SlotType = typeof slotTypes[number];

/** An input or output of a network. */
export interface Slot {
  readonly name: string;
  readonly type: SlotType;
  /** A number where a side is fixed, a name where it is free; one name is one size throughout a call. */
  readonly shape: readonly (number | string)[];
}

/** A slot in words: "sample float32 [batch, 4, height, width]". */
export function slotInWords({ name, type, shape }: Slot): string {
  return `${name} ${type} [${shape.join(", ")}]`;
}

/**
 * Refuses what a network does not take.
 *
 * @param network what messages call it
 * @throws {TypeError} for an input that is missing or unknown, or a shape that does not fit, its own or beside another's
 * @throws {RangeError} where there are not as many numbers as the shape says
 */
export function checkInputs(
  network: string,
  slots: readonly Slot[],
  inputs: Readonly<Record<string, Values | IntValues>>,
): void {
  const names = slots.map(({ name }) => name);
  for (const name of Object.keys(inputs)) {
    if (!names.includes(name)) {
      throw new TypeError(`Cannot run "${network}": unknown input "${name}", ${meant(name, names, "inputs")}`);
    }
  }
  const free = new Map<string, { readonly side: number; readonly of: string }>();
  for (const slot of slots) {
    const given = inputs[slot.name];
    if (given === undefined) {
      throw new TypeError(`Cannot run "${network}": missing input "${slot.name}", the inputs are ${names.join(", ")}`);
    }
    const refuse = (expected: string): never => {
      throw new TypeError(
        `Cannot run "${network}": given "${slot.name}" of shape [${given.shape.join(", ")}], expected ${expected}`,
      );
    };
    const fits = given.shape.length === slot.shape.length &&
      slot.shape.every((side, i) => typeof side === "string" || side === given.shape[i]);
    if (!fits) refuse(slotInWords(slot));
    for (const [i, side] of slot.shape.entries()) {
      if (typeof side === "number" || side === "") continue;
      const before = free.get(side);
      if (before !== undefined && before.side !== given.shape[i]) {
        refuse(`${side} to be ${before.side}, as "${before.of}" has it: ${slotInWords(slot)}`);
      }
      free.set(side, { side: given.shape[i], of: slot.name });
    }
    const count = countOfShape(given.shape);
    if (given.data.length !== count) {
      throw new RangeError(
        `Cannot run "${network}": "${slot.name}" has ${given.data.length} numbers, its shape ` +
          `[${given.shape.join(", ")}] says ${count}`,
      );
    }
  }
}
