// Random top-n searches of all options, each on a series of its own: used by the tests and by test/slow/top.ts.

import { toFloat64 } from '../../../src/core/series.ts';
import { atOnce } from '../../../src/core/steps.ts';
import { KNN, type KNNOptions, topAnomalies } from '../../../src/index.ts';
import {
  LeafSearchTop,
  type Place,
  prepareTop,
  servesTop,
  surveyOf,
  type TopSource,
  topPlaces,
} from '../../../src/search/top/engine.ts';
import { hostile } from '../../slow/hostile.ts';
import { generators, mulberry32 } from '../../support/series.ts';

/** A search. */
export interface TopCase {
  readonly name: string;
  readonly series: Float64Array;
  readonly reference: Float64Array | undefined;
  readonly w: number;
  readonly k: number;
  readonly n: number;
  readonly separation: number;
  readonly options: KNNOptions;
}

/** Case number `number`: a function of the number alone. */
export function caseOf(number: number, mostValues = 1500): TopCase {
  const random = mulberry32(Math.imul(number + 1, 0x9e3779b1));
  const below = (most: number) => Math.floor(random() * most);
  const pick = <T>(...values: T[]): T => values[below(values.length)]!;
  const seriesOf = (length: number): [string, Float64Array] => {
    if (random() < 0.4) {
      const { kind, series } = hostile(length, random);
      return [kind, series];
    }
    const name = pick(...Object.keys(generators));
    const series = generators[name]!(length, below(1000)).slice();
    const rate = pick(0, 0, 0, 0.0005, 0.01);
    for (let t = 0; t < length && rate > 0; t++) if (random() < rate) series[t] = NaN;
    return [name, series];
  };
  const w = pick(1, 2, 3, 5, 8, 17, 40, 100);
  const length = Math.floor(20 + w + (mostValues - 20) * random() ** 2);
  const [name, series] = seriesOf(length);
  const isJoin = random() < 0.15;
  const [otherName, reference] = isJoin ? seriesOf(w + 5 + below(mostValues)) : ['', undefined];
  const normalize = w > 1 ? pick('none', 'none', 'none', 'mean', 'zscore') : 'none';
  const self = isJoin ? {} : { exclusionZone: pick(0, 0, 1, w >> 1, w), side: pick('both', 'both', 'left') };
  return {
    name: `${name} ${otherName}`,
    series,
    reference,
    w,
    k: pick(1, 1, 1, 2, 5, 20),
    n: pick(1, 2, 3, 10, 40),
    separation: pick(1, 1, 2, w, 3 * w),
    options: { normalize, aggregation: pick('mean', 'mean', 'max'), ...self } as KNNOptions,
  };
}

/** What is searched. */
export function sourceOf({ series, reference, w, options }: TopCase): TopSource {
  const { normalize = 'none', exclusionZone = 0, side = 'both' } = options;
  return {
    series: toFloat64(series, 'series'),
    reference: reference && toFloat64(reference, 'reference'),
    windowSize: w,
    normalize,
    exclusionZone,
    side,
  };
}

/** The places by bounds, whatever they cost. */
export function placesOfBounds(it: TopCase, backend: 'auto' | 'scalar' = 'auto'): Place[] | undefined {
  const source = sourceOf(it);
  const survey = surveyOf(source);
  const k = Math.max(1, Math.min(it.k, survey.numColumns));
  // A thread's values are copied: every other case takes that way.
  const numThreads = it.series.length % 2 === 0 ? 0 : undefined;
  const prepared = prepareTop(source, survey, k, it.options.aggregation === 'max', numThreads, backend);
  return topPlaces(prepared, survey.numRows, it);
}

/** The places by the leaves of a tree, whatever they cost; undefined for what leaves do not serve. */
export function placesOfLeaves(it: TopCase): Place[] | undefined {
  const source = sourceOf(it);
  const { numRows, numColumns } = surveyOf(source);
  if (source.reference || source.windowSize > 8 || source.normalize !== 'none' || numRows === 0) return undefined;
  const k = Math.max(1, Math.min(it.k, numColumns));
  return atOnce(new LeafSearchTop(source, k, it.options.aggregation === 'max', it).search());
}

/** Whether the case can be searched at all. */
export function isServed(it: TopCase): boolean {
  const source = sourceOf(it);
  return surveyOf(source).numColumns > 0 && servesTop(source, surveyOf(source));
}

/** The places by the scores of all windows. */
export function placesOfScores({ series, reference, w, k, n, separation, options }: TopCase): Place[] {
  const scores = new KNN(w, k, options).score(series, reference ? { reference } : {});
  return topAnomalies(scores, n, { separation }).map(({ index, score }) => ({ start: index - w + 1, score }));
}
