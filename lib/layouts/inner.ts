import { makersOf } from "../definition/reader.ts";
import * as room from "./mod.ts";

/**
 * Makers of what a layout around another one may hold, for the rules of its part. They are looked up when a part is
 * made: the room's table holds those layouts too, and is not complete before.
 */
export const innerMakers = {
  get of(): readonly { readonly kind: string }[] {
    return [...makersOf<room.Layout>(room, room.layouts)].map(([kind, make]) =>
      Object.assign(make.bind(null), { kind })
    );
  },
};
