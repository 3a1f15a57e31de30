import { figure, look, palette, tinted } from "../../lib/report/figure.ts";
import { inkOn, luminance, scaleColour } from "../../lib/report/scale.ts";
import { assert, assertEquals } from "../assert.ts";
import { everyFigure } from "./figures.ts";

type Colour = [number, number, number];

/** Of a page by day and by night, as page.css has them. */
const papers: Colour[] = [[255, 255, 255], [0x14, 0x16, 0x1a]];

function rgb(hex: string): Colour {
  return [1, 3, 5].map((from) => parseInt(hex.slice(from, from + 2), 16)) as Colour;
}

/** How far two colours stand apart in grey: the contrast of WCAG 2.2, from 1. */
function contrast(a: Colour, b: Colour): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

Deno.test("luminance() and contrast are those of WCAG: 0 and 1 for black and white, 21 between them", () => {
  assertEquals([luminance([0, 0, 0]), luminance([255, 255, 255])], [0, 1]);
  assertEquals(contrast([0, 0, 0], [255, 255, 255]), 21);
  assert(Math.abs(contrast([0x76, 0x76, 0x76], [255, 255, 255]) - 4.54) < 0.01); // the known grey of WCAG's 4.5
});

Deno.test("every colour stands out from the page in grey, by day and by night", () => {
  for (const colour of palette) {
    for (const paper of papers) {
      const found = contrast(rgb(colour), paper);
      assert(found >= 2, `${colour} on ${paper}: ${found}`);
    }
  }
});

Deno.test("of any two looks that are alike in grey, dash, mark and hatching differ", () => {
  let alike = 0;
  for (let i = 0; i < palette.length; i++) {
    for (let k = i + 1; k < palette.length; k++) {
      const [a, b] = [look(i), look(k)];
      if (contrast(rgb(a.colour), rgb(b.colour)) >= 1.5) continue;
      alike++;
      assert(a.dash !== b.dash && a.symbol !== b.symbol && a.hatch !== b.hatch, `${i} and ${k}`);
    }
  }
  assert(alike > 0, "then marks would not be needed");
  const looks = Array.from({ length: 36 }, (_, i) => JSON.stringify(look(i)));
  assertEquals(new Set(looks).size, 36);
});

/** What eyes without one kind of cones make of linear colours. Source: Machado, Oliveira and Fernandes 2009, severity 1. */
const eyes: Record<string, number[][]> = {
  protan: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deutan: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritan: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
};

function linear(colour: Colour): number[] {
  return colour.map((value) => value <= 10.3 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
}

/** CIE L*a*b* of linear sRGB, white D65. */
function lab([r, g, b]: number[]): number[] {
  const xyz = [
    (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
    0.2126 * r + 0.7152 * g + 0.0722 * b,
    (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089,
  ].map((t) => t > 216 / 24389 ? Math.cbrt(Math.max(0, t)) : (24389 / 27 * t + 16) / 116);
  return [116 * xyz[1] - 16, 500 * (xyz[0] - xyz[1]), 200 * (xyz[1] - xyz[2])];
}

Deno.test("eyes that lack one kind of cones tell the first six colours apart", () => {
  for (const [name, matrix] of Object.entries(eyes)) {
    const seen = palette.map((colour) => {
      const values = linear(rgb(colour));
      return lab(matrix.map((row) => row.reduce((sum, factor, i) => sum + factor * values[i], 0)));
    });
    for (let i = 0; i < seen.length; i++) {
      for (let k = i + 1; k < seen.length; k++) {
        const apart = Math.hypot(...seen[i].map((value, j) => value - seen[k][j]));
        assert(apart > 8, `${name}: ${palette[i]} and ${palette[k]} lie ${apart} apart`); // 2.3 is just noticeable
      }
    }
  }
});

Deno.test("scaleColour() grows lighter all the way, and inkOn() is read on every shade of it", () => {
  const shades = Array.from({ length: 101 }, (_, i) => scaleColour(i / 100));
  for (let i = 1; i < shades.length; i++) assert(luminance(shades[i]) >= luminance(shades[i - 1]), `${i}`);
  for (const [i, shade] of shades.entries()) {
    assert(contrast(rgb(inkOn(i / 100)), shade) >= 4.5, `${i}: ${contrast(rgb(inkOn(i / 100)), shade)}`);
  }
  assertEquals([scaleColour(-1), scaleColour(2)], [shades[0], shades[100]]);
});

Deno.test("tinted() keeps the colour and lets through the rest", () => {
  assertEquals(tinted("#0072B2", 0.2), "rgba(0,114,178,0.2)");
});

Deno.test("every figure that has axes says what they are, and no figure brings a ground of its own", () => {
  const figures = everyFigure();
  for (const [name, { layout }] of Object.entries(figures)) {
    assertEquals(layout.paper_bgcolor, figure([], {}).layout.paper_bgcolor, name);
    const axes = Object.entries(layout).filter(([key]) => /^[xy]axis/.test(key)) as [string, Record<string, unknown>][];
    const seen = axes.filter(([, axis]) => axis.visible !== false);
    const titled = seen.filter(([, axis]) => axis.title !== undefined).map(([key]) => key[0]);
    // rows of names say themselves what they are; pictures have no axes
    const names = ["ablation", "cost", "dots"].includes(name);
    const wanted = seen.length === 0 ? [] : names ? ["x"] : ["x", "y"];
    assertEquals([...new Set(titled)].sort(), wanted, name);
  }
});
