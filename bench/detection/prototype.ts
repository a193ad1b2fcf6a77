// The alarm rule of one page, as plainly as it can be written: distance to the nearest past value, its surprise among the
// past distances, and a pause after every alarm. Slow, without options, and without what makes the library's `'novelty'` robust
// (caps, honest surprises). The library's presets are written out, and held to their word, in test/support/naive-monitor.ts.

/** Distance of each value to the nearest one before it; 0 for the first. */
export function novelty(values: ArrayLike<number>): number[] {
  const past: number[] = [];
  return Array.from(values, (x) => {
    const i = firstNotBelow(past, x);
    const distance = Math.min(x - (past[i - 1] ?? -Infinity), (past[i] ?? Infinity) - x);
    past.splice(i, 0, x);
    return past.length === 1 ? 0 : distance;
  });
}

/** −ln p of each score among the learned ones before it; the first `warmup` scores are 0 and are not learned. */
export function surprises(scores: ArrayLike<number>, warmup = 100): number[] {
  const past: number[] = [];
  return Array.from(scores, (score, t) => {
    if (t < warmup) return 0;
    const surprise = surpriseOf(score, past);
    past.splice(firstNotBelow(past, score), 0, score);
    return surprise;
  });
}

/** By rank up to the 98 % quantile u, beyond it by an exponential tail with the mean excess of the scores from u on. */
function surpriseOf(score: number, past: readonly number[]): number {
  const m = past.length;
  if (m < 10) return 0;
  const q = Math.min(Math.floor(0.98 * m), m - 1);
  const u = past[q]!;
  if (score <= u) return -Math.log((m - firstNotBelow(past, score) + 1) / (m + 1));
  const tail = past.slice(q);
  const excess = tail.reduce((sum, value) => sum + value, 0) / tail.length - u;
  return -Math.log((m - q) / (m + 1)) + (excess > 0 ? (score - u) / excess : 20);
}

/** Each surprise that is larger than all of the last `hold`, else 0. */
export function refract(surprise: readonly number[], hold = 100): number[] {
  return surprise.map((value, t) => (value > Math.max(0, ...surprise.slice(Math.max(0, t - hold), t)) ? value : 0));
}

/** Number of values below x in an ascending list: where x would be put. */
function firstNotBelow(ascending: readonly number[], x: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! < x) low = middle + 1;
    else high = middle;
  }
  return low;
}
