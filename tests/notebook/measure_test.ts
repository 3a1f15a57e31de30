import { boxOf, lineWidth, pageBox, pathPoints, type SvgElement } from "../../lib/notebook/measure.ts";
import { assert, assertClose, assertEquals } from "../assert.ts";

/** An element with these attributes around these. */
function element(
  tagName: string,
  { children = [], text = null, ...attributes }: Record<string, unknown> & {
    children?: SvgElement[];
    text?: string | null;
  } = {},
): SvgElement {
  return {
    tagName,
    textContent: text,
    style: { fontSize: "", fontWeight: "", textAnchor: "" },
    children,
    parentNode: null,
    getAttribute: (name) => name in attributes ? String(attributes[name]) : null,
    querySelectorAll: () => [],
  };
}

Deno.test("boxOf() takes rectangles as they are and paths by their points", () => {
  assertEquals(boxOf(element("rect", { x: 1, y: 2, width: 3, height: 4 })), { x: 1, y: 2, width: 3, height: 4 });
  assertEquals(boxOf(element("path", { d: "M1,2L5,-2Z" })), { x: 1, y: -2, width: 4, height: 4 });
  assertEquals(pathPoints(element("path", { d: "M.5,1e1L-3,4" })), [[0.5, 10], [-3, 4]]);
});

Deno.test("boxOf() goes around what a group holds, moved, and leaves definitions out", () => {
  const a = element("rect", { x: 0, y: 0, width: 2, height: 2 });
  const b = element("rect", { x: 0, y: 0, width: 1, height: 1, transform: "translate(10,-5)" });
  const hidden = element("defs", { children: [element("rect", { x: 99, y: 99, width: 9, height: 9 })] });
  assertEquals(boxOf(element("g", { children: [a, b, hidden] })), { x: 0, y: -5, width: 11, height: 7 });
  assertEquals(boxOf(element("g")), { x: 0, y: 0, width: 0, height: 0 });
});

Deno.test("pageBox() is moved by the element and all above it", () => {
  const above = element("g", { transform: "translate(100,20)" });
  const one = { ...element("rect", { width: 2, height: 3, transform: "translate(1)" }), parentNode: above };
  assertEquals(pageBox(one), { x: 101, y: 20, width: 2, height: 3 });
  const title = pageBox(element("rect", { x: 10, y: 50, width: 40, height: 8, transform: "rotate(-90,30,50)" }));
  const got = [title.x, title.y, title.width, title.height];
  assertClose(got, [30, 30, 8, 40], 1e-9);
});

Deno.test("boxOf() of a text stands left, around or right of its place, as its anchor says", () => {
  const [start, middle, end] = ["start", "middle", "end"].map((anchor) =>
    boxOf(element("text", { x: 100, y: 50, text: "dual", "text-anchor": anchor }))
  );
  assertEquals(start.x, 100);
  assertClose(middle.x + middle.width / 2, 100, 1e-9);
  assertClose(end.x + end.width, 100, 1e-9);
  assert(start.y < 50 && start.y + start.height > 50);
});

Deno.test("lineWidth() grows with each character and takes wide ones for wide", () => {
  assert(lineWidth("iii") < lineWidth("aaa") && lineWidth("aaa") < lineWidth("mmm"));
  assertEquals(lineWidth("字"), 1);
  assertEquals(lineWidth(""), 0);
});
