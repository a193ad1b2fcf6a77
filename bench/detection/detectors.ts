// The detectors that are compared: each a function from a series to one score per value. Add one here.
import { monitor } from '../../src/calibrate.ts';
import { ChangeFinder } from '../../src/changefinder/changefinder.ts';
import { SDAR } from '../../src/changefinder/sdar.ts';
import { KNN, locate } from '../../src/index.ts';
import { novelty, refract, surprises } from './prototype.ts';

export interface Detector {
  readonly name: string;
  scores(series: Float64Array): ArrayLike<number>;
  /** Scores ≥ this are alarms by default, on any series; none where scores of different series share no scale. */
  readonly threshold?: number;
  /** Number of values that a score is about, the last being its own; default 1. */
  readonly windowSize?: number;
  /** True if a score knows later values: no detector for streams. */
  readonly looksAhead?: boolean;
}

/** A detector that meets one value at a time, by what makes a new one. */
function streaming(name: string, create: () => { update(x: number): number }, threshold?: number): Detector {
  return {
    name,
    ...(threshold !== undefined && { threshold }),
    scores: (series) => {
      const detector = create();
      return series.map((x) => detector.update(x));
    },
  };
}

/** |x − mean| / deviation of the last `size` values before x; 0 until there are that many. */
function movingZ(series: Float64Array, size: number): Float64Array {
  return series.map((x, t) => {
    if (t < size) return 0;
    const before = series.subarray(t - size, t);
    const mean = before.reduce((sum, v) => sum + v, 0) / size;
    const variance = before.reduce((sum, v) => sum + (v - mean) ** 2, 0) / size;
    return x === mean ? 0 : Math.min(Math.abs(x - mean) / Math.sqrt(variance), 1e6);
  });
}

const knn = (windowSize: number, k: number) => new KNN(windowSize, k, { side: 'left' });

/** The default threshold of surprises. */
const SURPRISING = 4.65;

const calibrated = (scores: ArrayLike<number>): number[] => refract(surprises(scores));

export const detectors: readonly Detector[] = [
  { name: 'KNN(5, 5)', windowSize: 5, scores: (series) => knn(5, 5).score(series) },
  { name: 'moving z-score (288)', threshold: 3, scores: (series) => movingZ(series, 288) },
  streaming('SDAR(2, 0.01)', () => new SDAR(2, 0.01)),
  streaming('ChangeFinder(5, 0.01, 10, 0.01, 5)', () => new ChangeFinder(5, 0.01, 10, 0.01, 5)),
  {
    name: 'KNN(5, 5), calibrated plainly',
    windowSize: 5,
    threshold: SURPRISING,
    scores: (series) => calibrated(knn(5, 5).score(series)),
  },
  { name: 'novelty, calibrated plainly', threshold: SURPRISING, scores: (series) => calibrated(novelty(series)) },
  streaming('monitor()', () => monitor(), 4.65),
  streaming('monitor, views', () => monitor({ preset: 'views' }), 24.4),
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
