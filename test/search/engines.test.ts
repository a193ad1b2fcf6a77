// Every engine and option against the oracle, to the bit: short nasty series by the thousand, and longer ones that cross
// many leaves of a tree.
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { KNN, type KNNOptions } from '../../src/index.ts';
import { type NaiveOptions, naiveNeighbors, scoreOf, tableOf } from '../naive.ts';
import { generators, mulberry32, paint, palettes } from '../support/series.ts';

vi.setConfig({ testTimeout: 60_000 });

const engines = ['auto', 'brute', 'kdtree', 'diagonal'] as const;

const nasty = fc
  .tuple(fc.constantFrom(...palettes), fc.array(fc.nat(1023), { maxLength: 60, size: 'max' }))
  .map(([palette, picks]) => paint(palette, picks));

const numNeighbors = fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 6, max: 40 }));
const normalize = fc.constantFrom('none', 'mean', 'zscore');
const aggregation = fc.constantFrom('mean', 'max', 'median');
const choices = fc.record(
  { normalize, aggregation, exclusionZone: fc.nat(9), side: fc.constantFrom('both', 'left') },
  { requiredKeys: [] },
);

/** Holds score and neighbors of every engine against the oracle. */
function expectTheDefinition(
  series: ReturnType<typeof paint> | Float64Array,
  w: number,
  k: number,
  options: KNNOptions & NaiveOptions = {},
  reference?: ReturnType<typeof paint> | Float64Array,
  held: readonly (typeof engines)[number][] = engines,
): void {
  const join = reference === undefined ? {} : { reference };
  const rows = naiveNeighbors(series, w, k, { ...options, ...join });
  const score = scoreOf(rows, series.length, w, options.aggregation);
  const table = tableOf(rows, k);
  for (const engine of held) {
    // Diagonals exist between series as they are.
    const knn = new KNN(w, k, { ...options, engine });
    const neighbors = knn.neighbors(series, join);
    expect([engine, neighbors.numWindows, neighbors.k]).toEqual([engine, table.numWindows, k]);
    expectSameBits(`${engine}: indices`, neighbors.indices, table.indices, k);
    expectSameBits(`${engine}: distances`, neighbors.distances, table.distances, k);
    expectSameBits(
      `${engine}: score`,
      series instanceof Float64Array ? knn.score(series, join) : knn.score(series, join),
      score,
    );
  }
}

/** Like `toEqual` of the two lists, but quick on long lists. It names the first difference only. */
function expectSameBits(what: string, actual: ArrayLike<number>, expected: ArrayLike<number>, k?: number): void {
  const rowOf = (at: number): string => (k ? `: row i = ${Math.floor(at / k)}, neighbor p = ${at % k}` : '');
  let at = 0;
  while (at < expected.length && Object.is(actual[at], expected[at])) at++;
  if (at < expected.length || actual.length !== expected.length) {
    const lengths = `of ${actual.length} and ${expected.length} entries`;
    expect.fail(`${what}: entry ${at} (${lengths}) is ${actual[at]}, expected ${expected[at]}${rowOf(at)}`);
  }
}

describe('score and neighbors are the definition to the bit', () => {
  test('of every engine on nasty series with no options', () => {
    const property = fc.property(nasty, fc.integer({ min: 1, max: 12 }), numNeighbors, (series, w, k) =>
      expectTheDefinition(series, w, k),
    );
    fc.assert(property, { seed: 11, numRuns: 800 });
  });

  test('of every engine on nasty series with any options', () => {
    const property = fc.property(
      nasty,
      fc.integer({ min: 2, max: 12 }),
      numNeighbors,
      choices,
      (series, w, k, options) => expectTheDefinition(series, w, k, options),
    );
    fc.assert(property, { seed: 12, numRuns: 1500 });
  });

  test('of every engine on nasty series against a nasty reference', () => {
    const options = fc.record({ normalize, aggregation }, { requiredKeys: [] });
    const arguments_ = fc.tuple(nasty, nasty, fc.integer({ min: 2, max: 8 }), numNeighbors, options);
    const property = fc.property(arguments_, ([series, reference, w, k, options]) => {
      fc.pre(naiveNeighbors(reference, w, 1).some((row) => row !== null));
      expectTheDefinition(series, w, k, options, reference);
    });
    fc.assert(property, { seed: 13, numRuns: 800 });
  });

  test('of every engine when the k-th neighbor is tied with many', () => {
    const fewLevels = fc.array(fc.nat(1), { minLength: 100, maxLength: 300, size: 'max' });
    const property = fc.property(
      fewLevels,
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 40 }),
      (series, w, k) => expectTheDefinition(series, w, k),
    );
    fc.assert(property, { seed: 14, numRuns: 60 });
  });
});

describe('score and neighbors are the definition to the bit on longer series', () => {
  const random = mulberry32(2024);
  const between = (least: number, most: number) => least + Math.floor((most - least + 1) * random());
  const oneOf = <T>(...values: T[]): T => values[between(0, values.length - 1)]!;

  for (const [name, generate] of Object.entries(generators)) {
    const w = between(1, 12);
    const k = between(1, 20);
    test(`${name}, 3000 values, w = ${w}, k = ${k}`, () =>
      expectTheDefinition(generate(3000, 5), w, k, {}, undefined, ['brute', 'kdtree', 'diagonal']));
  }

  for (const [name, generate] of Object.entries(generators)) {
    const w = between(2, 12);
    const k = between(1, 20);
    const options = {
      normalize: oneOf('none', 'mean', 'zscore'),
      aggregation: oneOf('mean', 'max', 'median'),
      exclusionZone: oneOf(0, 1, w, 200),
      side: oneOf('both', 'left'),
    } as const;
    test(`${name}, 1000 values, w = ${w}, k = ${k}, ${JSON.stringify(options)}`, () =>
      expectTheDefinition(generate(1000, 6), w, k, options));
  }

  for (const [name, generate] of Object.entries(generators)) {
    const w = between(2, 12);
    const k = between(1, 20);
    const mode = oneOf('none', 'mean', 'zscore');
    test(`${name}, 200 values against 1500, w = ${w}, k = ${k}, normalize ${mode}`, () =>
      expectTheDefinition(generate(200, 7), w, k, { normalize: mode }, generate(1500, 8)));
  }

  test('windows wide enough that a tree has little to cut', () => {
    expectTheDefinition(generators.serverMetric!(700, 9), 100, 5);
    expectTheDefinition(generators.ecg!(700, 9), 64, 3, { normalize: 'zscore' });
  });
});
