/** Room for the legend above a figure. */

/** Width of the narrowest page, of a letter and of a mark with its space, and height of a line, in pixels. */
const NARROW = 500, LETTER = 8, MARK = 50, LINE = 31;

/**
 * Height of all lines of a legend but the first, on the narrowest page. plotly would make the room itself, but when the
 * page's width changes it draws the lines over what stands below.
 *
 * @param options whether names stand in columns, as plotly sets those of traces without a group
 */
export function moreLines(names: readonly string[], { columns = false }: { readonly columns?: boolean } = {}): number {
  const widths = names.map((name) => MARK + LETTER * name.length);
  if (columns) {
    const across = Math.max(1, Math.floor(NARROW / Math.max(...widths)));
    return (Math.ceil(names.length / across) - 1) * LINE;
  }
  let lines = 0, left = NARROW;
  for (const width of widths) {
    if (width > left && left < NARROW) [lines, left] = [lines + 1, NARROW];
    left -= width;
  }
  return lines * LINE;
}
