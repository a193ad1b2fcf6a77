// Which place is meant, what is proposed for a file that cannot be read, and how numbers stand in a list.
import { expect, test } from 'vitest';
import { DEFAULT } from '../../examples/explorer/score/detectors.ts';
import { isSoonExplained, placeAt, spanOf, warmupOf } from '../../examples/explorer/score/places.ts';
import { writeAlike, writeTicks } from '../../examples/explorer/view/axis.ts';
import { remediesOf } from '../../examples/explorer/view/problem.ts';
import { withoutOptions } from '../../src/cli/explore/words.ts';

const knn = { ...DEFAULT, windowSize: 3 };
const monitor = { ...DEFAULT, kind: 'monitor' as const };

test('the score of a window is about its values, that of a monitor about the last ones', () => {
  expect(spanOf(knn, 9)).toEqual({ begin: 7, end: 9 });
  expect(spanOf(monitor, 9)).toEqual({ begin: 5, end: 9 });
  expect(spanOf(monitor, 2)).toEqual({ begin: 0, end: 2 });
  expect(spanOf({ ...DEFAULT, kind: 'changefinder' }, 9)).toEqual({ begin: 9, end: 9 });
});

test('ChangeFinder has no places while it learns', () => {
  expect(warmupOf({ ...DEFAULT, kind: 'changefinder', outlierDiscount: 0.03 })).toBe(34);
  expect([warmupOf(knn), warmupOf(monitor)]).toEqual([0, 0]);
});

test('a listed place within the tolerance is meant, the strangest first', () => {
  const places = [
    { index: 50, score: 9, begin: 48, end: 50 },
    { index: 40, score: 8, begin: 38, end: 40 },
  ];
  const result = { scores: new Float64Array(100), places };
  expect(placeAt(result, knn, 44, 4)).toBe(places[0]);
  expect(placeAt(result, knn, 42, 4)).toBe(places[1]);
  expect(placeAt(result, { ...DEFAULT, kind: 'locate' }, 10, 4)).toBeUndefined();
});

test('else the strangest window that holds one of the values is meant, and never a missing score where there is another', () => {
  const scores = new Float64Array(20).fill(1);
  scores[12] = 5;
  scores[16] = NaN;
  const at = (index: number, tolerance = 0): number | undefined =>
    placeAt({ scores, places: [] }, knn, index, tolerance)?.index;
  expect([at(9), at(10), at(12), at(13), at(13, 1.5)]).toEqual([9, 12, 12, 13, 12]);
  expect([at(0), at(16), at(19)]).toEqual([2, 17, 19]);
  expect([at(-1), at(20)]).toEqual([undefined, undefined]);
  expect(placeAt({ scores: new Float64Array(2), places: [] }, knn, 1, 0)).toBeUndefined();
  expect(placeAt({ scores, places: [] }, monitor, 12, 0)).toEqual({ index: 12, score: 5, begin: 8, end: 12 });
});

test('what takes long is explained when it is asked for', () => {
  expect(isSoonExplained(DEFAULT, 1_000_000)).toBe(true);
  expect(isSoonExplained({ ...DEFAULT, windowSize: 1000 }, 1_000_000)).toBe(false);
  expect(isSoonExplained(monitor, 3000)).toBe(true);
  expect(isSoonExplained(monitor, 1_000_000)).toBe(false);
});

test('the options that a message names can be tried', () => {
  const irregular =
    'x.csv: no step; --step 1min puts each on the nearest multiple of it (--step none takes rows as they lie)';
  expect(remediesOf(irregular)).toEqual(['--step 1min', '--step none']);
  expect(remediesOf('; --step S puts each (--step none takes rows as they lie)')).toEqual(['--step none']);
  expect(remediesOf('if that is a missing value, --na "n / a", or choose with --column')).toEqual(['--na "n / a"']);
  expect(remediesOf('is a comma decimal (--decimal ,) or no header (--skip-lines 3)?')).toEqual([
    '--decimal ,',
    '--skip-lines 3',
  ]);
  expect(remediesOf('no such file')).toEqual([]);
});

test('a choice in a menu takes the place of the option', () => {
  expect(withoutOptions("--column cpu --na '- -' --time=t", ['column', 'time'])).toBe("--na '- -'");
  expect(withoutOptions('--step 5m', ['column'])).toBe('--step 5m');
});

test('numbers below each other have the same decimals, and long labels of an axis are short', () => {
  expect(writeAlike([42.9193, 36.37, 0.5, NaN])).toEqual(['42.92', '36.37', '0.50', '–']);
  expect(writeAlike([1613.02, 7])).toEqual(['1,613', '7']);
  expect(writeAlike([3e-7, 1e-7])).toEqual(['3E-7', '1E-7']);
  expect(writeAlike([])).toEqual([]);
  expect(writeTicks([0, 120_000_000])).toEqual(['0', '120M']);
  expect(writeTicks([123_456_001, 123_456_002])).toEqual(['123,456,001', '123,456,002']);
});
