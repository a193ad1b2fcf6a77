// regularize against a transcription of its definition that shares no code with it, and case by case.
import { describe, expect, test } from 'vitest';
import { type DuplicateRule, KNN, type RegularizeOptions, regularize } from '../../src/index.ts';
import { mulberry32 } from '../support/series.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** The definition, one map from positions to rows; `undefined` where no step fits. */
function naive(times: number[], values: number[], { step, duplicates = 'last' }: RegularizeOptions) {
  const different = [...new Set(times)].sort((a, b) => a - b);
  const first = different[0]!;
  const offOf = (s: number): number =>
    Math.max(...different.map((time) => Math.abs((time - first) / s - Math.round((time - first) / s))));
  let found = step;
  if (found === undefined) {
    const differences = different.slice(1).map((time, t) => time - different[t]!);
    const sorted = [...differences].sort((a, b) => a - b);
    const median = sorted[Math.floor((sorted.length - 1) / 2)]!;
    const steps = differences.map((d) => Math.max(1, Math.round(d / median))).reduce((a, b) => a + b);
    const mean = (different.at(-1)! - first) / steps;
    found = [median, mean].find((s) => offOf(s) <= 0.25);
    if (found === undefined) return undefined;
  }
  const rows = times.map((time) => Math.round((time - first) / found));
  const at = new Map<number, number[]>();
  const byTime = times.map((_, row) => row).sort((a, b) => times[a]! - times[b]! || a - b);
  for (const row of byTime) at.set(rows[row]!, [...(at.get(rows[row]!) ?? []), row]);
  const length = Math.max(...rows) + 1;
  const grid = Array.from({ length }, (_, i) => {
    const known = (at.get(i) ?? []).map((row) => values[row]!).filter((x) => !Number.isNaN(x));
    if (known.length === 0) return NaN;
    if (duplicates === 'mean') return known.reduce((a, b) => a + b) / known.length;
    return duplicates === 'first' ? known[0]! : known.at(-1)!;
  });
  return {
    times: Array.from({ length }, (_, i) => first + i * found),
    values: grid,
    step: found,
    rows,
    sorted: times.every((time, t) => t === 0 || times[t - 1]! <= time),
    numDuplicates: times.length - at.size,
    numAbsent: length - at.size,
  };
}

/** Rows of a regular series with holes, jitter, repeated times, missing values, in no order: as much of each as is asked for. */
function rowsOf(random: () => number): { times: number[]; values: number[]; step: number } {
  const step = [1, 60, 0.1, 15_000, DAY][Math.floor(5 * random())]!;
  const jitter = [0, 0, 0.02, 0.11, 0.4][Math.floor(5 * random())]!;
  const begin = [0, -7, 1_700_000_000_000][Math.floor(3 * random())]!;
  const n = 2 + Math.floor(40 * random());
  const times: number[] = [];
  let at = 0;
  for (let t = 0; t < n; t++) {
    times.push(begin + (at + jitter * (2 * random() - 1)) * step);
    if (random() < 0.1) times.push(times.at(-1)!);
    at += random() < 0.1 ? 1 + Math.floor(20 * random()) : 1;
  }
  if (random() < 0.5) {
    for (let t = times.length - 1; t > 0; t--) {
      const other = Math.floor((t + 1) * random());
      [times[t], times[other]] = [times[other]!, times[t]!];
    }
  }
  return { times, step, values: times.map(() => (random() < 0.1 ? NaN : Math.round(100 * random()))) };
}

describe('regularize(times, values, options)', () => {
  test('is the transcription of its definition, on 4000 random series', () => {
    const counts = { regular: 0, refused: 0, given: 0 };
    for (let seed = 1; seed <= 4000; seed++) {
      const random = mulberry32(seed);
      const { times, values, step: base } = rowsOf(random);
      const duplicates = (['last', 'first', 'mean'] as const)[Math.floor(3 * random())]!;
      const step = random() < 0.3 ? base * [0.5, 1, 3, 7.3][Math.floor(4 * random())]! : undefined;
      const options = { duplicates, ...(step !== undefined && { step }) };
      const expected = naive(times, values, options);
      counts[expected === undefined ? 'refused' : step === undefined ? 'regular' : 'given']++;
      if (expected === undefined) {
        expect(() => regularize(times, values, options)).toThrow(/^times must have a common step/);
        continue;
      }
      const got = regularize(Float64Array.from(times), values, options);
      expect({ ...got, values: [], times: Array.from(got.times), rows: Array.from(got.rows) }).toEqual({
        ...expected,
        values: [],
      });
      expect(got.values).toHaveLength(expected.values.length);
      for (const [i, x] of expected.values.entries()) {
        if (duplicates === 'mean' && !Number.isNaN(x)) expect(got.values[i]).toBeCloseTo(x, 9);
        else expect(got.values[i]).toBe(x);
      }
    }
    expect(Math.min(counts.regular, counts.refused, counts.given)).toBeGreaterThan(300);
  });

  test('no window of the result crosses a hole, and scores come back to the rows in any order', () => {
    const random = mulberry32(7);
    const all = Array.from({ length: 300 }, (_, i) => [60 * i, random()] as const).filter((_, i) => i < 100 || i > 130);
    const plain = regularize(...columns(all));
    expect(plain).toMatchObject({ step: 60, numAbsent: 31, numDuplicates: 0, sorted: true });
    const scores = new KNN(4, 3).score(plain.values);
    for (let i = 100; i <= 130 + 3; i++) expect(scores[i]).toBeNaN();
    expect(scores[134]).toBeGreaterThan(0);
    const shuffled = all.map((row) => [row, random()] as const).sort((a, b) => a[1] - b[1]);
    const mixed = regularize(...columns(shuffled.map(([row]) => row)));
    expect(mixed.sorted).toBe(false);
    expect(mixed.values).toEqual(plain.values);
    expect(Array.from(mixed.rows, (i) => mixed.times[i])).toEqual(shuffled.map(([[time]]) => time));
  });

  test('months have their mean length as the step, and none is absent', () => {
    const months = Array.from({ length: 60 }, (_, m) => new Date(Date.UTC(2020, m, 1)));
    const { step, numAbsent, rows } = regularize(months, months.map(Number));
    expect(step).toBeCloseTo((DAY * (366 + 365 * 3 + 366 - 31)) / 59, 3);
    expect(numAbsent).toBe(0);
    expect(Array.from(rows)).toEqual(Array.from({ length: 60 }, (_, m) => m));
  });

  test('days of local time, one of 23 and one of 25 hours, are days', () => {
    const days = Array.from({ length: 300 }, (_, d) => d * DAY - (d > 80 && d < 290 ? HOUR : 0));
    expect(regularize(days, days)).toMatchObject({ step: DAY, numAbsent: 0, numDuplicates: 0 });
  });

  test('jitter that makes the median drift off does not make holes', () => {
    const random = mulberry32(3);
    const times = Array.from({ length: 5000 }, (_, i) => 60_000 * i + Math.round(5_000 * random()));
    const { numAbsent, numDuplicates, step } = regularize(times, times);
    expect([numAbsent, numDuplicates]).toEqual([0, 0]);
    expect(Math.abs(step - 60_000)).toBeLessThan(2);
  });

  test.each<[DuplicateRule, number[]]>([
    ['last', [1, 5, 4, NaN]],
    ['first', [1, 2, 4, NaN]],
    ['mean', [1, 3, 4, NaN]],
  ])('duplicates %s: of the values that are not missing, in the order of the rows', (duplicates, expected) => {
    const times = [0, 1, 1, 1, 2, 2, 3];
    const values = [1, 2, 2, 5, 4, null, undefined];
    const got = regularize(times, values, { duplicates });
    expect(Array.from(got.values)).toEqual(expected);
    expect(got).toMatchObject({ numDuplicates: 3, numAbsent: 0 });
    expect(Array.from(got.rows)).toEqual([0, 1, 1, 1, 2, 2, 3]);
  });

  test('a given step puts every row on the nearest time of its grid', () => {
    const got = regularize([0, 55, 65, 119, 400], [1, 2, 3, 4, 5], { step: 60, duplicates: 'mean' });
    expect(Array.from(got.values)).toEqual([1, 2.5, 4, NaN, NaN, NaN, NaN, 5]);
    expect(Array.from(got.times)).toEqual([0, 60, 120, 180, 240, 300, 360, 420]);
  });

  test('no row, one row and two rows', () => {
    const none = { step: NaN, sorted: true, numDuplicates: 0, numAbsent: 0 };
    expect(regularize([], [])).toMatchObject({ ...none, times: new Float64Array(0), rows: new Int32Array(0) });
    const one = regularize([7], [3]);
    expect(one).toMatchObject({
      ...none,
      times: Float64Array.of(7),
      values: Float64Array.of(3),
      rows: Int32Array.of(0),
    });
    expect(regularize([7], [3], { step: 2 }).step).toBe(2);
    expect(regularize([9, 7], [3, 4])).toMatchObject({ step: 2, sorted: false, values: Float64Array.of(4, 3) });
  });

  test('what came is not modified', () => {
    const times = Float64Array.of(3, 1, 2);
    const values = Float64Array.of(Infinity, 1, 2);
    regularize(times, values);
    expect([...times, ...values]).toEqual([3, 1, 2, Infinity, 1, 2]);
  });
});

function columns(rows: readonly (readonly [number, number])[]): [number[], number[]] {
  return [rows.map(([time]) => time), rows.map(([, x]) => x)];
}

describe('regularize refuses', () => {
  const wrong = (value: unknown) => value as never;
  const minutes = Array.from({ length: 10 }, (_, i) => 60 * i);
  const date = (ms: number): Date => new Date(ms);
  test.each<[string, () => unknown, typeof TypeError | typeof RangeError, string]>([
    [
      'times of text',
      () => regularize(wrong('abc'), []),
      TypeError,
      'times must be an array of numbers or dates, got string "abc"',
    ],
    [
      'times null',
      () => regularize(wrong(null), []),
      TypeError,
      'times must be an array of numbers or dates, got null',
    ],
    [
      'a time of text',
      () => regularize(wrong([1, '2024-03-01']), [1, 2]),
      TypeError,
      'times[1] must be a number or a date, got string "2024-03-01": leave out rows without a time',
    ],
    [
      'a time NaN',
      () => regularize([1, NaN], [1, 2]),
      RangeError,
      'times[1] must be finite, got NaN: leave out rows without a time',
    ],
    [
      'an invalid date',
      () => regularize([date(NaN)], [1]),
      RangeError,
      'times[0] must be finite, got an invalid date: leave out rows without a time',
    ],
    [
      'a value of text',
      () => regularize([1], wrong(['x'])),
      TypeError,
      'values[0] must be a number, null or undefined, got string "x"',
    ],
    [
      'different lengths',
      () => regularize([1, 2, 3], [1, 2]),
      RangeError,
      'values must be as many as times (3), got 2',
    ],
    [
      'an unknown option',
      () => regularize([], [], wrong({ gap: 1 })),
      RangeError,
      'options.gap is unknown; known are step, duplicates, maxLength',
    ],
    ['step 0', () => regularize([], [], { step: 0 }), RangeError, 'step must be a positive number, got 0'],
    [
      'step of text',
      () => regularize([], [], wrong({ step: '1m' })),
      TypeError,
      'step must be a positive number, got string "1m"',
    ],
    [
      'an unknown rule',
      () => regularize([], [], wrong({ duplicates: 'max' })),
      RangeError,
      `duplicates must be one of 'last', 'first', 'mean', 'error', got string "max"`,
    ],
    [
      'maxLength 2^31',
      () => regularize([], [], { maxLength: 2 ** 31 }),
      RangeError,
      'maxLength must be a positive integer below 2^31, got 2147483648',
    ],
    [
      'maxLength of text',
      () => regularize([], [], wrong({ maxLength: 'x' })),
      TypeError,
      'maxLength must be a positive integer below 2^31, got string "x"',
    ],
    [
      'two rows of one time',
      () => regularize([1, 2, 3, 2], [1, 2, 3, 4], { duplicates: 'error' }),
      RangeError,
      "times[1] and times[3] are both 2, and duplicates is 'error'",
    ],
    [
      'two rows on one time of the grid',
      () => regularize([0, 60, 61, 120, 180, 240], [1, 2, 3, 4, 5, 6], { duplicates: 'error' }),
      RangeError,
      "times[1] and times[2] are 60 and 61, one time of the grid, and duplicates is 'error'",
    ],
    [
      'two series in one',
      () => regularize([1, 1, 2, 2, 3, 3], [1, 2, 3, 4, 5, 6]),
      RangeError,
      'times must mostly differ, but 6 rows have 3 different times, as several series in one have: separate them, or choose what becomes of rows of one time with duplicates',
    ],
    [
      'times that stand still',
      () => regularize([5, 5, 5], [1, 2, 3], { duplicates: 'last' }),
      RangeError,
      'times must differ for a step to be found, but all 3 are 5: give step',
    ],
    [
      'a step that changes',
      () => regularize([...minutes, 570, 600, 630], new Array(13).fill(1)),
      RangeError,
      'times must have a common step: their median difference is 60, but 570, which follows 540, is 0.50 steps off its multiples, and so are 2 of 13 times; step puts each on the nearest multiple of it',
    ],
    [
      'dates in words',
      () =>
        regularize(
          [0, 1, 2, 3.5].map((h) => date(h * HOUR)),
          [1, 2, 3, 4],
        ),
      RangeError,
      'times must have a common step: their median difference is 3600000, but 1970-01-01T03:30:00.000Z, which follows 1970-01-01T02:00:00.000Z, is 0.50 steps off its multiples, and so are 1 of 4 times; step puts each on the nearest multiple of it',
    ],
    [
      'a gap as long as an epoch',
      () => regularize([0, 1_700_000_000, 1_700_000_001, 1_700_000_002], [1, 2, 3, 4]),
      RangeError,
      'times must make a grid of at most maxLength 10000000 values, got 1700000003 with step 1; the widest gap is from 0 to 1700000000: remove wrong times, or raise step or maxLength',
    ],
    [
      'more than maxLength',
      () => regularize([0, 1, 5], [1, 2, 3], { maxLength: 5 }),
      RangeError,
      'times must make a grid of at most maxLength 5 values, got 6 with step 1; the widest gap is from 1 to 5: remove wrong times, or raise step or maxLength',
    ],
  ])('%s', (_, run, kind, message) => {
    expect(run).toThrow(kind);
    expect(run).toThrow(new kind(message));
  });
});
