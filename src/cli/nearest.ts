// "Did you mean": the known word that a misspelled one is nearest to.

/**
 * The candidate that `word` was most likely meant to be: one that it is the beginning of, if only one is; else the one with
 * the fewest edits, at most one in three characters. `undefined` if none is near, or two are equally near.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const longer = word.length >= 2 ? candidates.filter((candidate) => candidate.startsWith(word)) : [];
  if (longer.length === 1) return longer[0];
  const most = Math.max(1, Math.floor(word.length / 3));
  const edits = candidates.map((candidate) => numEdits(word.toLowerCase(), candidate));
  const fewest = Math.min(...edits);
  const isOne = edits.indexOf(fewest) === edits.lastIndexOf(fewest);
  return word.length >= 2 && fewest <= most && isOne ? candidates[edits.indexOf(fewest)] : undefined;
}

/**
 * How many characters must be inserted, removed or replaced, or swapped with the next one, to make `b` of `a`: the distance
 * of optimal string alignment. After row i, rows[i][j] is that of the first i characters of `a` and the first j of `b`.
 */
function numEdits(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwap ? rows[i - 2]![j - 2]! + 1 : Infinity;
      row.push(Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, rows[i - 1]![j - 1]! + (isSame ? 0 : 1), swapped));
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
