// runs in the reader's browser: makes the column heads of tables buttons that sort; without it the tables stay plain

function keyOf(row, column) {
  const cell = row.children[column];
  const text = cell.dataset.value ?? cell.textContent.trim();
  const number = text === "" || text === "–" ? NaN : Number(text);
  return { text, number, missing: text === "–" };
}

/** Numbers as numbers and before texts; what is missing comes last, whichever way. */
function compare(a, b, direction) {
  if (a.missing || b.missing) return Number(a.missing) - Number(b.missing);
  const [first, second] = [a, b].map(({ number }) => Number.isNaN(number));
  if (first || second) return direction * (first && second ? a.text.localeCompare(b.text, "en") : first ? 1 : -1);
  return direction * (a.number - b.number);
}

for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  const original = [...body.rows];
  const heads = [...table.tHead.rows[0].cells];
  const hint = document.createElement("span");
  hint.className = "unseen";
  hint.textContent = " Buttons in the heads of the columns sort it.";
  table.caption.append(hint);
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    head.setAttribute("aria-sort", "none");
    button.addEventListener("click", () => {
      // numbers show the largest first, texts begin at A; the third click brings the first order back
      const keys = new Map(original.map((row) => [row, keyOf(row, column)]));
      const numeric = [...keys.values()].every(({ number, missing }) => missing || !Number.isNaN(number));
      const order = ["none", ...(numeric ? ["descending", "ascending"] : ["ascending", "descending"])];
      const next = order[(order.indexOf(head.getAttribute("aria-sort")) + 1) % order.length];
      for (const other of heads) other.setAttribute("aria-sort", "none");
      head.setAttribute("aria-sort", next);
      const direction = next === "ascending" ? 1 : -1;
      const rows = next === "none"
        ? original
        : [...original].sort((a, b) => compare(keys.get(a), keys.get(b), direction));
      body.append(...rows);
    });
  });
}
