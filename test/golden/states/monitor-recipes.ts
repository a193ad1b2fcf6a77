// Recipes of golden states: Monitor with every preset, kind of threshold and kind of detector.
import {
  ConformalThreshold,
  Monitor,
  type MonitorOptions,
  monitor,
  QuantileThreshold,
  SpotThreshold,
  type Threshold,
} from '../../../src/calibrate.ts';
import { ChangeFinder, Novelty, SDAR, StreamingKNN } from '../../../src/index.ts';
import { detector, type Marks, numbersIn, type Recipe, type Step, steps, timed } from './recipe.ts';

/** A threshold of the user's own. */
class Highest implements Threshold {
  value = 2;

  update(score: number | null | undefined): boolean {
    const isAlarm = typeof score === 'number' && score > this.value;
    if (isAlarm) this.value = score;
    return isAlarm;
  }

  reset(): void {
    this.value = 2;
  }

  save(): Uint8Array {
    return new Uint8Array(Float64Array.of(this.value).buffer);
  }

  static load(bytes: Uint8Array): Highest {
    const one = new Highest();
    one.value = new Float64Array(bytes.slice().buffer)[0]!;
    return one;
  }
}

/** Before the state: 70 values, the last alarm some time before the end. */
const WATCHED: Marks = { missing: [15, 60], unlearned: [50], others: { 55: 180 } };

function watch(
  name: string,
  made: string,
  options: () => MonitorOptions,
  load: Parameters<typeof Monitor.load>[1] = {},
  length = 70,
): Recipe {
  const isLearned = typeof options().threshold === 'object';
  const isExplained = load.detector === undefined && length > 0;
  const explanation = (one: Monitor): unknown => {
    const { time, value, expected, neighbors, pValue, text } = one.explain(2);
    // How often is told in words that may change: a state does not hold them.
    return [time, value, expected, neighbors, pValue, numbersIn(text.replace(/not seen in \d+ values/, ''))];
  };
  return detector(`monitor-${name}`, {
    made,
    make: () => {
      const given = options();
      const preset = given.detector === undefined ? { preset: given.preset ?? 'novelty' } : {};
      return monitor({ warmup: 4, hold: 6, maxValues: 16, ...given, ...preset });
    },
    load: (bytes) => Monitor.load(bytes, load),
    past: steps(17, length, WATCHED),
    next: steps(18, 26, { missing: [3], unlearned: [10], others: { 12: 260, 13: 250, 23: 320 } }),
    read: ({ last, threshold }) => [last.surprise, last.since, ...(isLearned ? [threshold] : [])],
    look: (one) => [one.last, one.threshold, one.peek(110), isExplained && explanation(one)],
    again: true,
  });
}

/** A monitor with incidents that is asked for everything it knows. */
function tell(
  name: string,
  made: string,
  options: () => MonitorOptions,
  past: readonly Step[],
  next: readonly Step[],
): Recipe {
  return detector(`monitor-${name}`, {
    made,
    make: () => monitor({ warmup: 6, hold: 4, maxValues: 16, ...options() }),
    load: (bytes) => Monitor.load(bytes),
    past,
    next,
    read: ({ last }) => [last.surprise, last.event, last.incident?.begin, last.incident?.end],
    look: (one) => {
      const facts = [one.last, one.expected, one.low, one.high, one.seen, one.ready, one.paused];
      if (one.last.incident !== undefined) one.forget();
      return [...facts, one.last, one.low, one.high];
    },
  });
}

/** The counts of a counter that starts again now and then. */
function counted(seed: number, length: number): Step[] {
  let count = 0;
  return steps(seed, length).map((step, t) => {
    count = t % 31 === 30 ? 0 : count + 10 * (step as number);
    return t % 17 === 16 ? null : count;
  });
}

const metricsOf = (): MonitorOptions => ({ preset: 'metrics', step: 30, maxValues: 40 });

export const monitors: readonly Recipe[] = [
  watch('novelty', 'novelty with a number as threshold', () => ({ threshold: 3.25 })),
  watch('new', 'before the first value', () => ({}), {}, 0),
  watch('missing', 'after a missing value', () => ({ threshold: 2.5 }), {}, 61),
  watch('quantile', 'novelty with QuantileThreshold', () => ({
    threshold: new QuantileThreshold(0.875, { warmup: 11, maxScores: 13, seed: 9 }),
  })),
  watch('conformal', 'novelty with ConformalThreshold', () => ({
    threshold: new ConformalThreshold(0.1, { maxScores: 19, seed: 8 }),
  })),
  watch('spot', 'novelty with SpotThreshold', () => ({
    threshold: new SpotThreshold(0.05, { level: 0.75, warmup: 40, maxPeaks: 11 }),
  })),
  watch('own-threshold', "a threshold of the user's own", () => ({ threshold: new Highest() }), {
    threshold: Highest.load,
  }),
  watch('views', 'the views with a number as threshold', () => ({ preset: 'views', threshold: 12 })),
  watch('views-young', 'the views, within their warm-up and spans', () => ({ preset: 'views' }), {}, 3),
  watch('own-novelty', 'Novelty as a detector of the user', () => ({
    detector: new Novelty({ maxValues: 9 }),
  })),
  watch('knn', 'StreamingKNN as a detector', () => ({ detector: new StreamingKNN(3, 2, { history: 20 }) }), {
    detector: StreamingKNN.load,
  }),
  watch('changefinder', 'ChangeFinder as a detector', () => ({ detector: new ChangeFinder(2, 0.0625, 2, 0.125, 4) }), {
    detector: ChangeFinder.load,
  }),
  watch('sdar', 'SDAR as a detector', () => ({ detector: new SDAR(2, 0.0625) }), { detector: SDAR.load }),
  watch('metrics', 'metrics with a number as threshold', () => ({ preset: 'metrics', threshold: 3 })),
  watch('metrics-long', 'metrics, past its warm-up, its histories and its exact scores', metricsOf, {}, 1400),
  watch('metrics-new', 'metrics before the first value', () => ({ preset: 'metrics' }), {}, 0),
  tell(
    'incident',
    'in an incident that is kept out of the memory, with looks, times and the state before it',
    () => ({
      preset: 'novelty',
      threshold: 2.5,
      repeat: 'always',
      accept: 12,
      undo: true,
      stuck: true,
      noData: true,
      calendar: { timezone: 'Europe/Berlin', period: 'day', tolerance: 120 },
    }),
    timed(steps(21, 160, { missing: [40, 41, 42], others: { 157: 300, 158: 310, 159: 305 } }), 0),
    timed(steps(22, 30, { missing: [9], unlearned: [20], others: { 0: 300, 1: 302, 22: 900 } }), 160),
  ),
  tell(
    'rate',
    'a counter with a period, filtered',
    () => ({
      preset: 'novelty',
      threshold: 2.5,
      rate: true,
      undo: true,
      period: 24,
      direction: 'up',
      minChange: { absolute: 50, relative: 0.125 },
      bounds: { high: 5000 },
      mute: 20,
      worse: 1.5,
      resolve: 2,
    }),
    counted(23, 150),
    counted(24, 40),
  ),
];
