// Rules of one line that people write into their alerting, as scores: what any detector has to be worth more than.

/** Mean and deviation of each stretch of at most `size` values, by its last; missing values do not count. */
function moments(series: Float64Array, size: number): { mean: Float64Array; deviation: Float64Array } {
  const [mean, deviation] = [new Float64Array(series.length), new Float64Array(series.length)];
  for (let t = 0; t < series.length; t++) {
    const from = Math.max(0, t - size + 1);
    let [sum, squares, count] = [0, 0, 0];
    for (let i = from; i <= t; i++) {
      if (Number.isNaN(series[i]!)) continue;
      sum += series[i]!;
      count++;
    }
    const center = sum / count;
    for (let i = from; i <= t; i++) if (!Number.isNaN(series[i]!)) squares += (series[i]! - center) ** 2;
    mean[t] = center;
    deviation[t] = Math.sqrt(squares / count);
  }
  return { mean, deviation };
}

/** Distance in deviations; 0 where there is no distance, at most 10⁶ where there is no deviation. NaN stays. */
function standardized(distance: number, deviation: number): number {
  return distance === 0 ? 0 : Math.min(Math.abs(distance) / deviation, 1e6);
}

/** |x − mean| / deviation of the last `size` values before x; 0 until there are that many. */
export function movingZ(series: Float64Array, size: number): Float64Array {
  const { mean, deviation } = moments(series, size);
  return series.map((x, t) => (t < size ? 0 : standardized(x - mean[t - 1]!, deviation[t - 1]!)));
}

/** `abs(x - avg_over_time(x[1d])) / stddev_over_time(x[1d])` of PromQL, whose ranges contain the value itself. */
export function promqlBand(series: Float64Array, day: number): Float64Array {
  const { mean, deviation } = moments(series, day);
  return series.map((x, t) => standardized(x - mean[t]!, deviation[t]!));
}

/** |x − the value before|, divided by its mean over the last `day` values before; 0 until there are 100. */
export function dailyDelta(series: Float64Array, day: number): Float64Array {
  const deltas = series.map((x, t) => (t === 0 ? 0 : Math.abs(x - series[t - 1]!)));
  const { mean } = moments(deltas, day);
  return deltas.map((delta, t) => (t < 100 ? 0 : standardized(delta, mean[t - 1]!)));
}

/**
 * A control chart around an exponentially weighted mean (moving center line): |x − mean| / deviation, both from before x,
 * both with weight `weight` for the newest value; 0 for the first 100. A value is learned as at most 3 deviations away.
 */
export function ewmaChart(series: Float64Array, weight: number): Float64Array {
  let [mean, variance, count] = [NaN, 0, 0];
  return series.map((x) => {
    if (Number.isNaN(x)) return NaN;
    if (Number.isNaN(mean)) mean = x;
    const distance = x - mean;
    const deviation = Math.sqrt(variance);
    const isKnown = count++ >= 100;
    const clipped = isKnown ? Math.max(-3 * deviation, Math.min(distance, 3 * deviation)) : distance;
    mean += weight * clipped;
    variance = (1 - weight) * (variance + weight * clipped ** 2);
    return isKnown ? standardized(distance, deviation) : 0;
  });
}
