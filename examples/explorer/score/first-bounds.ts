// What is known of the scores after a few hundredths of a second: upper bounds from a few lags.

/** Lags that are tried: as many near ones, and some that are spread over the series. */
const NEAR = 16;
const FAR = 32;

/** Neighbors that are kept at most; for more of them the exact search begins at once. */
const MOST_NEIGHBORS = 16;

/**
 * Upper bounds of the scores `KNN(windowSize, k, { exclusionZone })`, up to rounding: the mean distance to the k nearest of the
 * windows at a few lags. Along a lag a distance follows from the one before. O(48·n), 30 ms for 50 000 values.
 *
 * @returns `undefined` where a value is missing, or there are not enough windows for that
 */
export function firstBounds(
  series: Float64Array,
  windowSize: number,
  k: number,
  exclusionZone: number,
): Float64Array | undefined {
  const numWindows = series.length - windowSize + 1;
  if (k > MOST_NEIGHBORS || numWindows < 4 * (exclusionZone + NEAR + FAR) || series.some(Number.isNaN))
    return undefined;
  const least = exclusionZone + 1;
  const lags = new Set<number>();
  for (let l = 0; l < NEAR; l++) lags.add(least + l);
  // The golden ratio spreads them evenly over the first half, in which every window has a partner on one side.
  for (let f = 1; f <= FAR; f++) lags.add(least + Math.floor(((f * 0.618033988749895) % 1) * (numWindows / 2 - least)));
  const nearest = new Float64Array(numWindows * k).fill(Infinity);
  for (const lag of lags) {
    let sum = 0;
    for (let t = 0; t < windowSize; t++) sum += (series[t]! - series[t + lag]!) ** 2;
    for (let i = 0; ; i++) {
      insert(nearest, i * k, k, sum);
      insert(nearest, (i + lag) * k, k, sum);
      const last = i + windowSize;
      if (last + lag >= series.length) break;
      sum += (series[last]! - series[last + lag]!) ** 2 - (series[i]! - series[i + lag]!) ** 2;
      if (sum < 0) sum = 0;
    }
  }
  const bounds = new Float64Array(series.length);
  for (let i = 0; i < numWindows; i++) {
    let total = 0;
    for (let p = i * k; p < (i + 1) * k; p++) total += Math.sqrt(nearest[p]!);
    bounds[i + windowSize - 1] = total / k;
  }
  return bounds;
}

/** Puts a number among the k smallest, which are in rising order, if it is one of them. */
function insert(nearest: Float64Array, base: number, k: number, x: number): void {
  let p = base + k - 1;
  if (x >= nearest[p]!) return;
  for (; p > base && nearest[p - 1]! > x; p--) nearest[p] = nearest[p - 1]!;
  nearest[p] = x;
}
