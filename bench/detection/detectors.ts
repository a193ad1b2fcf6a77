// The detectors that are compared: each a function from a series to one score per value. Add one here.
import { monitor } from '../../src/calibrate.ts';
import { ChangeFinder } from '../../src/changefinder/changefinder.ts';
import { SDAR } from '../../src/changefinder/sdar.ts';
import { KNN, locate } from '../../src/index.ts';
import { novelty, refract, surprises } from './prototype.ts';
import { dailyDelta, ewmaChart, movingZ, promqlBand } from './trivial.ts';

export interface Detector {
  readonly name: string;
  /** @param step seconds from one value to the next */
  scores(series: Float64Array, step: number): ArrayLike<number>;
  /** Scores ≥ this are alarms by default, on any series; none where scores of different series share no scale. */
  readonly threshold?: number;
  /** Number of values that a score is about, the last being its own; default 1. */
  readonly windowSize?: number;
  /** True if a score knows later values: no detector for streams. */
  readonly looksAhead?: boolean;
  /** True if it has a row in the tables of the README. */
  readonly inReadme?: boolean;
  /** True if it is too slow for series of 100 000 values. */
  readonly isSlow?: boolean;
}

/** A detector that meets one value at a time, by what makes a new one. */
function streaming(
  name: string,
  create: (step: number) => { update(x: number): number },
  more: Partial<Detector> = {},
): Detector {
  return {
    name,
    ...more,
    scores: (series, step) => {
      const detector = create(step);
      return series.map((x) => detector.update(x));
    },
  };
}

const daysOf = (step: number): number => Math.max(1, Math.round(86_400 / step));

const knn = (windowSize: number, k: number) => new KNN(windowSize, k, { side: 'left' });

/** The default threshold of surprises. */
const SURPRISING = 4.65;

const calibrated = (scores: ArrayLike<number>): number[] => refract(surprises(scores));

export const detectors: readonly Detector[] = [
  { name: 'KNN(5, 5)', windowSize: 5, inReadme: true, scores: (series) => knn(5, 5).score(series) },
  {
    name: '|x − before| / its mean over a day',
    inReadme: true,
    scores: (series, step) => dailyDelta(series, daysOf(step)),
  },
  { name: 'moving z-score (288)', threshold: 3, inReadme: true, scores: (series) => movingZ(series, 288) },
  { name: 'EWMA chart (0.02)', threshold: 3, inReadme: true, scores: (series) => ewmaChart(series, 0.02) },
  {
    name: 'PromQL: 3 deviations of a day',
    threshold: 3,
    inReadme: true,
    scores: (series, step) => promqlBand(series, daysOf(step)),
  },
  streaming('SDAR(2, 0.01)', () => new SDAR(2, 0.01)),
  streaming('ChangeFinder(5, 0.01, 10, 0.01, 5)', () => new ChangeFinder(5, 0.01, 10, 0.01, 5)),
  {
    name: 'KNN(5, 5), calibrated plainly',
    isSlow: true,
    windowSize: 5,
    threshold: SURPRISING,
    scores: (series) => calibrated(knn(5, 5).score(series)),
  },
  {
    name: 'novelty, calibrated plainly',
    isSlow: true,
    threshold: SURPRISING,
    scores: (series) => calibrated(novelty(series)),
  },
  streaming('monitor()', () => monitor(), { threshold: 4, inReadme: true }),
  streaming('monitor, with the step', (step) => monitor({ step }), { threshold: 4 }),
  streaming('monitor, novelty', () => monitor({ preset: 'novelty' }), { threshold: SURPRISING, inReadme: true }),
  streaming('monitor, views', () => monitor({ preset: 'views' }), { threshold: 24.4, inReadme: true }),
  {
    name: 'KNN(50, 1), both sides',
    windowSize: 50,
    looksAhead: true,
    scores: (series) => new KNN(50, 1, { exclusionZone: 25 }).score(series),
  },
  {
    name: 'locate()',
    looksAhead: true,
    scores: (series) => {
      const scores = new Float64Array(series.length);
      for (const { index, score } of locate(series, { n: 20 })) scores[index] = score;
      return scores;
    },
  },
];

/** Those whose names contain `part`, in any case; for streams, those that do not look ahead. */
export function detectorsNamed(part: string, forStreams: boolean): readonly Detector[] {
  const able = detectors.filter(({ looksAhead = false }) => !(forStreams && looksAhead));
  const chosen = able.filter(({ name }) => name.toLowerCase().includes(part.toLowerCase()));
  if (chosen.length > 0) return chosen;
  throw new RangeError(`no detector is called ${part}; there are ${able.map(({ name }) => name).join('; ')}`);
}
