/**
 * The known name that a misspelt one most likely means, or null when none is near: the smallest edit
 * distance (Damerau's, adjacent swaps count one), at most a third of the longer word.
 */
export function nearest(word: string, known: Iterable<string>): string | null {
  let best: string | null = null;
  let smallest = Infinity;
  for (const name of known) {
    const distance = editDistance(word.toLowerCase(), name.toLowerCase());
    if (distance < smallest && distance <= Math.max(1, Math.max(word.length, name.length) / 3)) {
      smallest = distance;
      best = name;
    }
  }
  return best;
}

/** The end of a refusal of an unknown name: which one is meant, and which there are. */
export function meant(word: string, known: readonly string[], noun = "options"): string {
  const near = nearest(word, known);
  return `${near === null ? "" : `did you mean "${near}"? `}the ${noun} are ${known.join(", ") || "none"}`;
}

function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitute = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next[j] = Math.min(substitute, row[j] + 1, next[j - 1] + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        next[j] = Math.min(next[j], before[j - 2] + 1);
      }
    }
    before = row;
    row = next;
  }
  return row[b.length];
}
