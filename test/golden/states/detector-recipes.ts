// Recipes of golden states: the detectors, calibrators and thresholds that stand alone.
import {
  Calibrator,
  ConformalThreshold,
  QuantileThreshold,
  Refractory,
  SpotThreshold,
  type Threshold,
} from '../../../src/calibrate.ts';
import { ChangeFinder, Novelty, SDAR, type SDARState } from '../../../src/index.ts';
import { detector, NEXT, type Recipe, type Step, series, steps } from './recipe.ts';

function novelty(name: string, made: string, options: { maxValues?: number }): Recipe {
  return detector(name, {
    made,
    make: () => new Novelty(options),
    load: Novelty.load,
    past: steps(4, 37, { missing: [3, 9, 30], unlearned: [5, 33] }),
    next: steps(12, 30, { missing: [6], unlearned: [2], others: { 8: 130 } }),
    look: (one) => [one.maxValues, one.time, one.nearest(50, 4), one.nearest(50, 2, { before: 20 })],
    again: true,
  });
}

function calibrator(name: string, made: string, length: number, options: { accuracy?: number } = {}): Recipe {
  return detector(name, {
    made,
    make: () => new Calibrator({ warmup: 13, ...options }),
    load: Calibrator.load,
    past: steps(5, length, { missing: [4], unlearned: [2] }),
    next: steps(13, 36, { missing: [7], unlearned: [20], others: { 30: 120 } }),
    look: (one) => [one.warmup, one.peek(60), one.peek(150)],
    again: true,
  });
}

/** A threshold as a detector: nothing is learned or not. */
function threshold<T extends Threshold>(
  name: string,
  made: string,
  make: () => T,
  load: (bytes: Uint8Array) => T,
  past: readonly Step[],
  look: (one: T) => unknown,
): Recipe {
  const next = steps(14, 30, { missing: [5], others: { 12: 150, 25: 170 } });
  return detector(name, { made, make, load, past, next, read: ({ value }) => value, look, again: true });
}

/** SpotThreshold after numbers with a long tail. */
function spot(name: string, made: string, length: number): Recipe {
  const tail = (seed: number): number[] => series(seed, 150).map((x) => x * x * 0.125);
  return detector(name, {
    made,
    make: () => new SpotThreshold(0.04, { level: 0.75, warmup: 48, maxPeaks: 12 }),
    load: SpotThreshold.load,
    past: tail(6)
      .slice(0, length)
      .map((x, t) => (t === 70 ? null : t === 110 ? 4000 : x)),
    next: tail(19)
      .slice(0, 40)
      .map((x, t) => (t === 8 ? null : t === 25 ? 3000 : x)),
    read: ({ value }) => value,
    look: ({ risk, level, warmup, maxPeaks }) => [risk, level, warmup, maxPeaks],
  });
}

const INITIAL: SDARState = { mean: 40, variance: 30, autocovariance: [25, 8, 3], history: [44, 38] };

export const alone: readonly Recipe[] = [
  novelty('novelty', 'all values are kept', {}),
  novelty('novelty-all', 'all values are kept without a bound', { maxValues: Infinity }),
  novelty('novelty-sample', 'past its bound', { maxValues: 8 }),
  calibrator('calibrator', 'past its reservoir', 60),
  calibrator('calibrator-young', 'within its warm-up', 9),
  calibrator('calibrator-bins', 'past the scores that are kept as they are', 190),
  calibrator('calibrator-exact', 'all scores are kept', 80, { accuracy: 0 }),
  detector('refractory', {
    made: 'a burst under way, with a missing value in it',
    make: () => new Refractory({ hold: 9 }),
    load: Refractory.load,
    past: [...steps(7, 40, { missing: [12, 37] }), 99, 60, null, 40.5, 30],
    next: steps(15, 30, { missing: [8] }),
    look: (one) => [one.hold, one.peek(45)],
  }),
  threshold(
    'quantile',
    'past its reservoir',
    () => new QuantileThreshold(0.9, { warmup: 12, maxScores: 15, seed: 3 }),
    QuantileThreshold.load,
    steps(8, 50, { missing: [10] }),
    (one) => [one.quantile, one.warmup],
  ),
  threshold(
    'conformal',
    'past its reservoir',
    () => new ConformalThreshold(0.125, { maxScores: 17, seed: 4 }),
    ConformalThreshold.load,
    steps(9, 50, { missing: [10] }),
    (one) => [one.alpha, one.pValue],
  ),
  spot('spot', 'with more peaks than it keeps, after an alarm', 150),
  spot('spot-young', 'within its warm-up', 30),
  ...[37, 2].map((length) =>
    detector(length > 2 ? 'sdar' : 'sdar-young', {
      made: length > 2 ? 'from a state that was given, a missing value behind it' : 'fewer values than its order',
      make: () => new SDAR(length > 2 ? 2 : 4, 0.0625, length > 2 ? { initial: INITIAL } : {}),
      load: SDAR.load,
      past: steps(10, length, { missing: [20], unlearned: [33] }),
      next: NEXT,
      read: (one) => [one.mean, one.variance, one.prediction],
      look: (one) => [one.order, one.discount, one.mean, one.variance, one.prediction, one.peek(50)],
      again: true,
    }),
  ),
  ...[45, 3].map((length) =>
    detector(length > 3 ? 'changefinder' : 'changefinder-young', {
      made: length > 3 ? 'from states that were given' : 'fewer values than it smooths',
      make: () => new ChangeFinder(2, 0.0625, 3, 0.125, 5, length > 3 ? { outlier: INITIAL, change: { mean: 3 } } : {}),
      load: ChangeFinder.load,
      past: steps(16, length, { missing: [22], unlearned: [40] }),
      next: NEXT,
      read: (one) => one.outlierScore,
      look: (one) => [
        [one.outlierOrder, one.outlierDiscount, one.changeOrder, one.changeDiscount, one.smoothing],
        [one.outlierScore, one.changeScore, one.peek(50)],
      ],
      again: true,
    }),
  ),
];
