// Parts of one join are distributed to several runs, some of them twice. Merged, they give the rows of one run.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { embed } from '../../src/core/windows.ts';
import { brute } from '../../src/search/brute.ts';
import { diagonal } from '../../src/search/diagonal/engine.ts';
import { joinWith, numAllowed, referenceJoin, searchAll, selfJoin } from '../../src/search/join.ts';
import { collectRows, mergeRows } from '../../src/search/partial-rows.ts';
import { denormals, gaps, mixture, mulberry32, randomWalk, spiky, steps } from '../support/series.ts';

/** Distances and columns of every window in a row of numbers. */
type Found = Map<number, number[]>;

const entry = (dist: Float64Array, index: Int32Array, base: number, count: number): number[] => [
  ...dist.subarray(base, base + count),
  ...index.subarray(base, base + count),
];

const series = { randomWalk, steps, spiky, gaps, denormals, mixture };

test.each(Object.entries(series))(
  'mergeRows(blocks) of %s is the whole, however its parts were dealt',
  (_, generate) => {
    const random = mulberry32(7);
    const windows = embed(generate(2600), 20, 'none');
    for (const join of [
      selfJoin(windows, 0, 'both'),
      selfJoin(windows, 9, 'left'),
      referenceJoin(windows, embed(randomWalk(2400, 9), 20, 'none')),
    ]) {
      const k = 3;
      const runs = Array.from({ length: 3 }, () => diagonal().start(join, k, true));
      for (let p = 0; p < runs[0]!.numParts; p++) {
        // One run, or two, or all do part p.
        const first = Math.floor(3 * random());
        for (let r = 0; r <= 2 * random() * random(); r++) runs[(first + r) % 3]!.run(p, () => {});
      }
      const expected: Found = new Map();
      searchAll(brute(), join, k, true, (i, ...row) => expected.set(i, entry(...row)));
      const found: Found = new Map();
      for (let from = 0; from < join.rows.starts.length; from += 777) {
        const to = Math.min(from + 777, join.rows.starts.length);
        const blocks = runs.map((run) => collectRows(join, run, k, from, to));
        mergeRows(blocks, (i, dist, index, base, known, most) => {
          if (known === most) found.set(i, entry(dist, index, base, known));
        });
      }
      expect([...found.keys()]).toEqual([...expected.keys()]);
      const wrong = [...expected].filter(([i, row]) => row.some((x, p) => !Object.is(x, found.get(i)![p])));
      expect(wrong).toEqual([]);
    }
  },
);

test('numAllowed(join, i) counts what the join allows', () => {
  const rows = embed(gaps(150), 3, 'none');
  const columns = embed(gaps(90, 2), 3, 'none');
  const lag = fc.oneof(fc.nat(40), fc.constant(Infinity));
  fc.assert(
    fc.property(
      fc.boolean(),
      fc.integer({ min: -1, max: 30 }),
      lag,
      lag,
      fc.nat(147),
      (isSelf, exclusion, before, after, i) => {
        const base = isSelf ? selfJoin(rows, 0, 'both') : referenceJoin(rows, columns);
        const join = joinWith(base, { exclusion, before, after });
        const isAllowed = (j: number): boolean =>
          (j - i > exclusion && j - i <= after) || (i - j > exclusion && i - j <= before);
        expect(numAllowed(join, i)).toBe(join.columns.starts.filter(isAllowed).length);
      },
    ),
  );
});
