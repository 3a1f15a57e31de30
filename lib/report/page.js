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

function draw() {
  for (const part of parts) {
    const { data, layout, config } = JSON.parse(document.getElementById(part.dataset.figure).textContent);
    globalThis.Plotly.purge(part);
    part.replaceChildren();
    globalThis.Plotly.newPlot(part, data, themed(layout), config);
  }
}

try {
  const script = document.createElement("script");
  script.textContent = await unpack(document.getElementById("plotly").textContent);
  document.head.append(script);
  draw();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
} catch (error) {
  for (const part of parts) part.textContent = `This browser could not draw the figure: ${error}`;
  throw error;
}
