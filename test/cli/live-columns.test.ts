// The columns of a stream by their series.
import { expect, test } from 'vitest';
import { Numbers } from '../../src/cli/input/columns.ts';
import { LiveColumns } from '../../src/cli/stream/live-columns.ts';
import { SDAR } from '../../src/index.ts';

const TABLE = { columns: [{ name: 'cpu', values: new Numbers() }], times: undefined };

test('of more than 10 000 series the one whose last row is longest ago is forgotten, and said', () => {
  const columns = new LiveColumns({
    hasSeries: true,
    make: ({ columns: all }) => all.map(() => new SDAR(2, 0.05)),
    change: undefined,
    path: undefined,
  });
  columns.begin(TABLE);
  const first = columns.of('0');
  for (let s = 1; s < 10_000; s++) columns.of(String(s));
  expect(columns.of('0')).toBe(first);
  expect(columns.notice).toBeUndefined();
  const second = columns.of('2');
  columns.of('10000'); // takes the place of 1
  expect(columns.of('0')).toBe(first);
  expect(columns.of('2')).toBe(second);
  expect(columns.all().length).toBe(10_000);
  expect(columns.notice).toBe('more than 10000 series: the one longest silent was forgotten once');
  const saved = [...columns.save().keys()];
  expect(saved.slice(0, 2)).toEqual(['["3","cpu"]', '["4","cpu"]']);
  expect(saved.slice(-3)).toEqual(['["10000","cpu"]', '["0","cpu"]', '["2","cpu"]']);
});
