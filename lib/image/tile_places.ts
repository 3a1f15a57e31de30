import type { Image, Rectangle } from "./decode.ts";

/**
 * Squares that cover an image row by row; the last of a row or column ends at the edge. One that is smaller than the
 * square in either direction has none.
 */
export function tilePlaces(
  { width, height }: Pick<Image, "width" | "height">,
  { side, stride }: { readonly side: number; readonly stride: number },
): Rectangle[] {
  if (width < side || height < side) return [];
  const along = (length: number): number[] => {
    const spare = length - side;
    const places = Array.from({ length: Math.floor(spare / stride) + 1 }, (_, i) => i * stride);
    return places[places.length - 1] === spare ? places : [...places, spare];
  };
  const across = along(width);
  return along(height).flatMap((y) => across.map((x) => ({ x, y, width: side, height: side })));
}
