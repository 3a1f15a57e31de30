/** From low to high in colours whose lightness rises evenly, so that the order stays in grey. */

/** Anchors of "cividis", evenly spaced: Nuñez, Anderton and Renslow 2018, made for readers with any colour vision. */
const anchors = [
  [0x00, 0x22, 0x4e],
  [0x12, 0x35, 0x70],
  [0x3b, 0x49, 0x6c],
  [0x57, 0x5d, 0x6d],
  [0x70, 0x71, 0x73],
  [0x8a, 0x86, 0x78],
  [0xa5, 0x9c, 0x74],
  [0xc3, 0xb3, 0x69],
  [0xe1, 0xcc, 0x55],
  [0xfe, 0xe8, 0x38],
] as const;

/** Red, green and blue, 0…255, of a share of the way from low to high; what lies outside 0…1 has the colour of its end. */
export function scaleColour(share: number): [red: number, green: number, blue: number] {
  const place = Math.min(1, Math.max(0, share)) * (anchors.length - 1);
  const below = Math.min(Math.floor(place), anchors.length - 2);
  const [a, b] = [anchors[below], anchors[below + 1]];
  const between = (i: 0 | 1 | 2): number => Math.round(a[i] + (place - below) * (b[i] - a[i]));
  return [between(0), between(1), between(2)];
}

/** The same as text for plotly. */
export function scaleText(share: number): string {
  return `rgb(${scaleColour(share).join(",")})`;
}

/** Black or white, whichever is read better on the colour of a share. */
export function inkOn(share: number): string {
  return luminance(scaleColour(share)) < 0.179 ? "#ffffff" : "#000000"; // where both have the same contrast
}

/**
 * How light a colour is, 0…1, whatever its hue: what is left of it in grey.
 *
 * Source: relative luminance of WCAG 2.2.
 */
export function luminance([red, green, blue]: readonly [number, number, number]): number {
  const linear = (value: number): number =>
    value <= 10.3 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

/** The bar beside a figure that tells what its colours mean: a trace that draws nothing else. */
export function scaleBar(
  { title, range: [low, high], form }: {
    readonly title: string;
    readonly range: readonly [number, number];
    readonly form: string;
  },
): Record<string, unknown> {
  return {
    type: "scatter",
    mode: "markers",
    name: title,
    x: [null],
    y: [null],
    hoverinfo: "skip",
    showlegend: false,
    marker: {
      size: 0,
      color: [low],
      cmin: low,
      cmax: high,
      colorscale: anchors.map((anchor, i) => [i / (anchors.length - 1), `rgb(${anchor.join(",")})`]),
      showscale: true,
      colorbar: {
        title: { text: title, side: "right", font: { size: 13 } },
        tickformat: form,
        thickness: 12,
        outlinewidth: 0,
        len: 1,
        lenmode: "fraction",
      },
    },
  };
}
