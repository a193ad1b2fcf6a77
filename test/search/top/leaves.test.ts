// The places of short windows by the leaves of a tree against the scores of all windows, to the bit.
import { describe, expect, test, vi } from 'vitest';
import { atOnce } from '../../../src/core/steps.ts';
import { KNN } from '../../../src/knn/knn.ts';
import { topAnomalies } from '../../../src/knn/top-anomalies.ts';
import { LeafSearchTop, type TopSource } from '../../../src/search/top/engine.ts';
import { naiveNeighbors, naiveTop, scoreOf } from '../../naive.ts';
import { generators } from '../../support/series.ts';
import { caseOf, placesOfLeaves, placesOfScores } from './cases.ts';

vi.setConfig({ testTimeout: 120_000 });

const sourceOf = (series: Float64Array, exclusionZone: number, side: 'both' | 'left' = 'both'): TopSource => ({
  series: series.map((x) => (Math.abs(x) <= 2 ** 500 ? x : NaN)),
  reference: undefined,
  windowSize: 5,
  normalize: 'none',
  exclusionZone,
  side,
});

describe('the places by the leaves of a tree', () => {
  test.each([
    ['short', 0, 1200, 250],
    ['longer', 5000, 40, 6000],
  ])('are those of all scores, in %s random searches of all options', (_name, first, count, mostValues) => {
    let held = 0;
    for (let number = first; number < first + count; number++) {
      const it = caseOf(number, mostValues);
      const places = placesOfLeaves(it);
      if (places === undefined) continue;
      held++;
      const { series, ...rest } = it;
      expect([number, series.length, rest, places]).toEqual([number, series.length, rest, placesOfScores(it)]);
    }
    expect(held).toBeGreaterThan(0.3 * count);
  });

  test('are those of the definition', () => {
    for (const [name, generate] of Object.entries(generators)) {
      for (const side of ['both', 'left'] as const) {
        const series = generate(400, 3);
        const rows = naiveNeighbors(series, 5, 3, { exclusionZone: 2, side });
        const want = naiveTop(scoreOf(rows, series.length, 5), 6, 5);
        const search = new LeafSearchTop(sourceOf(series, 2, side), 3, false, { n: 6, separation: 5 });
        const got = atOnce(search.search()).map(({ start, score }) => ({ index: start + 4, score }));
        expect([name, side, got]).toEqual([name, side, want]);
      }
    }
  });

  test('need few scores, and bounds that never rise until they are known', () => {
    const series = generators.serverMetric!(60_000, 4);
    const search = new LeafSearchTop(sourceOf(series, 2), 2, false, { n: 10, separation: 5 });
    const want = topAnomalies(new KNN(5, 2, { exclusionZone: 2 }).score(series), 10, { separation: 5 });
    let before = Infinity;
    for (const steps = search.search(); !steps.next().done; ) {
      expect(search.bound).toBeLessThanOrEqual(before);
      before = search.bound;
      // Whatever is above the bound is final.
      const final = search.places.filter(({ score }) => score > search.bound);
      expect(final.map(({ start, score }) => ({ index: start + 4, score }))).toEqual(want.slice(0, final.length));
    }
    expect(before).toBeLessThan(Infinity);
    expect(search.done).toBeLessThan(0.1 * series.length);
    const final = search.places.filter(({ score }) => score > search.bound);
    expect(final.length).toBe(10);
  });
});
