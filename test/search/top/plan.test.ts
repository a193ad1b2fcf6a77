// When a search for places gives up: soon where few windows are less strange than the strangest, and not where bounds work late.
import { describe, expect, test } from 'vitest';
import { planTop, prepareTop, surveyOf, TopSearch, type TopSource } from '../../../src/search/top/engine.ts';
import { isHopeless, isInVain } from '../../../src/search/top/plan.ts';
import { disturbed, generators, integers, serverMetric, whiteNoise } from '../../support/series.ts';

const query = { n: 10, separation: 100 };
const sourceOf = (series: Float64Array): TopSource => ({
  series,
  reference: undefined,
  windowSize: 100,
  normalize: 'none',
  exclusionZone: 50,
  side: 'both',
});

/** Whether a search finds its places, and how many lags per window it has tried, at most. */
function searched(series: Float64Array): { found: boolean; lags: number } {
  const source = sourceOf(series);
  const survey = surveyOf(source);
  const costs = planTop(source, survey, 1, query)!;
  const { shape, worker } = prepareTop(source, survey, 1, false);
  const steps = new TopSearch(shape, survey.numRows, query, costs).search();
  let lags = 0;
  let next = steps.next();
  while (!next.done) {
    for (const task of next.value)
      if ('blocks' in task) lags += (128 * task.blocks.length * task.budget) / shape.numRows;
    next = steps.next(next.value.map((task) => worker.run(task)));
  }
  return { found: next.value !== undefined, lags };
}

describe('a search for places', () => {
  test('gives up before all blocks were compared where bounded values have no extremes', () => {
    const uniform = whiteNoise(100_000, 5).map((x) => x - Math.floor(x));
    for (const series of [integers(100_000, 3), uniform]) {
      const { found, lags } = searched(series);
      expect(found).toBe(false);
      expect(lags).toBeLessThan(16);
    }
  });

  test('goes on where it will be faster than the scores of all windows', () => {
    const jitter = whiteNoise(100_000, 8);
    const square = Float64Array.from(jitter, (x, t) => (Math.floor(t / 50.3) % 2) + 1e-8 * x);
    const metric = disturbed(serverMetric(100_000, 2), 30);
    for (const series of [square, metric, whiteNoise(100_000, 4), generators.randomWalk!(100_000, 3)]) {
      expect(searched(series).found).toBe(true);
    }
  });
});

describe('the rules', () => {
  const costs = { numRows: 1e6, profile: 1e11 };

  test('of a pilot: only what costs three times the scores of all windows is in vain', () => {
    expect(isInVain(0.5, 400, costs)).toBe(false);
    expect(isInVain(0, 400, costs)).toBe(false);
    expect(isInVain(0.998, 400, costs)).toBe(true);
    expect(isInVain(1, 400, costs)).toBe(true);
    expect(isInVain(0.998, 400, { ...costs, profile: 1e13 })).toBe(false);
  });

  test('of a pass: the next one costs too little to matter, or the decline is fast enough', () => {
    const state = { before: 9e5, left: 8.9e5, cost: 3e9, lags: 300, nextLags: 1536 };
    expect(isHopeless(state, costs)).toBe(true);
    expect(isHopeless({ ...state, left: 3e5 }, costs)).toBe(false);
    expect(isHopeless({ ...state, before: 4e4, left: 4e4 }, costs)).toBe(false);
    expect(isHopeless({ ...state, nextLags: 96 }, costs)).toBe(false);
  });
});
