// What a monitor says of a whole series, for a figure: surprises, alarms, incidents, and perhaps its band.
import { setImmediate as turn } from 'node:timers/promises';
import { type Incident, type MonitorOptions, monitor } from '../../calibrate.ts';
import type { Progress } from '../../index.ts';
import type { PlottedBand } from '../../plot.ts';

/** A series as a monitor watched it. */
export interface Watched {
  readonly threshold: number;
  readonly surprises: Float64Array;
  /** The indices of alarms. */
  readonly alarms: readonly number[];
  readonly incidents: readonly Incident[];
  /** What was expected in the place of every value, and what would have been no alarm. */
  readonly band: PlottedBand | undefined;
}

/** An upper estimate of the seconds that a monitor takes per value, and of those for its band. */
export const SECONDS_PER_VALUE = 5e-6;
export const SECONDS_PER_BAND = 8e-4;

/** Progress is told this often, in milliseconds. */
const SLICE = 100;

/**
 * Shows a series to a monitor, value by value.
 *
 * @param times milliseconds since 1970
 * @param hasBand whether the band is wanted, which takes most of the time
 */
export async function watch(
  values: Float64Array,
  times: Float64Array | undefined,
  options: MonitorOptions,
  hasBand: boolean,
  onProgress: (progress: Progress) => void,
): Promise<Watched> {
  const one = monitor(options);
  const n = values.length;
  const surprises = new Float64Array(n);
  const [expected, low, high] = [0, 0, 0].map(() => new Float64Array(hasBand ? n : 0)) as [Float64Array, Float64Array, Float64Array]; // biome-ignore format: one line
  const alarms: number[] = [];
  const incidents: Incident[] = [];
  const begin = performance.now();
  let next = begin + SLICE;
  for (let t = 0; t < n; t++) {
    // Where there is no value, nothing is shown: what a monitor expects there is what it expected before the gap.
    const isShown = hasBand && Number.isFinite(values[t]);
    if (hasBand) [expected[t], low[t], high[t]] = isShown ? [one.expected, one.low, one.high] : [NaN, NaN, NaN];
    one.update(values[t]!, times && { time: times[t]! });
    const { surprise, alarm, event, incident } = one.last;
    surprises[t] = surprise;
    if (alarm) alarms.push(t);
    if (event === 'begin') incidents.push(incident!);
    else if (incident !== undefined) incidents[incidents.length - 1] = incident;
    const now = performance.now();
    if (now < next) continue;
    next = now + SLICE;
    const rate = (1000 * (t + 1)) / (now - begin);
    onProgress({ done: t + 1, total: n, threads: 1, rate, remaining: (n - t - 1) / rate });
    await turn();
  }
  const { threshold } = one;
  return { threshold, surprises, alarms, incidents, band: hasBand ? { expected, low, high } : undefined };
}

/** The first and the last index of an incident, which may go on where the series ends. */
export function spanOf({ begin, duration }: Incident): { begin: number; end: number } {
  return { begin, end: begin + duration - 1 };
}
