// runs in the reader's browser: unpacks plotly.js, draws each figure in the colours of the page
const parts = [...document.querySelectorAll(".plot")];

async function unpack(text) {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
}

function themed(layout) {
  const style = getComputedStyle(document.documentElement);
  const [ink, line] = ["--ink", "--line"].map((name) => style.getPropertyValue(name).trim());
  const axes = Object.keys(layout).filter((name) => /^[xy]axis\d*$/.test(name));
  return {
    ...layout,
    font: { ...layout.font, color: ink },
    hoverlabel: { ...layout.hoverlabel, bgcolor: style.getPropertyValue("--panel").trim(), font: { color: ink } },
    ...Object.fromEntries(axes.map((name) => [name, { ...layout[name], gridcolor: line, linecolor: line }])),
  };
}

/** One picture under the words of its caption, instead of its letters and ticks one by one. */
function named(part) {
  for (const [i, svg] of part.querySelectorAll(".main-svg").entries()) {
    svg.setAttribute("role", "img");
    if (i === 0) svg.setAttribute("aria-labelledby", part.dataset.caption);
    else svg.setAttribute("aria-hidden", "true");
  }
}

function draw(part) {
  const { data, layout, config } = JSON.parse(document.getElementById(part.dataset.figure).textContent);
  globalThis.Plotly.purge(part);
  part.replaceChildren();
  globalThis.Plotly.newPlot(part, data, themed(layout), config);
  named(part);
}

/** One figure after the other, so that the page answers its reader in between. */
async function drawAll() {
  for (const part of parts) {
    await new Promise((resolve) => setTimeout(resolve));
    draw(part);
  }
}

/** Paper is narrower than most screens: 680 pixels fit A4 and letter. */
function fitPaper() {
  for (const part of document.querySelectorAll(".js-plotly-plot")) globalThis.Plotly.relayout(part, { width: 680 });
}

try {
  const script = document.createElement("script");
  script.textContent = await unpack(document.getElementById("plotly").textContent);
  document.head.append(script);
  await drawAll();
  performance.mark("figures");
  addEventListener("beforeprint", fitPaper);
  addEventListener("afterprint", drawAll);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
} catch (error) {
  for (const part of parts) part.textContent = `This browser could not draw the figure: ${error}`;
  throw error;
}
