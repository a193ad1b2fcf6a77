// The recurrence in WASM and its twin in TypeScript find the same s to the bit, over many moves, refreshes, gaps and restarts,
// on series at which a recurrence with a poor error bound goes wrong.
import { afterEach, describe, expect, test, vi } from 'vitest';
import { KNN, StreamingKNN } from '../../src/index.ts';
import { directHistory } from '../../src/stream/history/direct.ts';
import { type HistorySearch, type HistoryShape, NO_VALUES } from '../../src/stream/history/history-search.ts';
import { lagHistory } from '../../src/stream/history/lags.ts';
import { naiveScore } from '../naive.ts';
import { generators, mulberry32, normal } from '../support/series.ts';

vi.setConfig({ testTimeout: 120_000 });
afterEach(() => vi.unstubAllGlobals());

const noise = (n: number, seed = 1): Float64Array => generators.whiteNoise!(n, seed);

const hostile: Record<string, (n: number) => Float64Array> = {
  'spikes of 1e6 in every hundred values': (n) => noise(n).map((x, t) => (t % 100 === 99 ? 1e6 : x)),
  'rare spikes of up to 1e9 in a quiet series': (n) => {
    const random = mulberry32(1);
    return noise(n).map((x) => (random() < 0.003 ? 1e9 * random() : 1e-3 * x));
  },
  'sentinels of 1e30 and 2^500': (n) =>
    noise(n).map((x, t) => (t % 900 === 500 ? 1e30 : t % 1700 === 900 ? 2 ** 500 : x)),
  'values near 1e149': (n) => noise(n).map((x) => x * 1e149),
  'values near 1e-160': (n) => noise(n).map((x) => x * 1e-160),
  'jumps of 1e9': (n) => noise(n).map((x, t) => x + (Math.floor(t / 700) % 2) * 1e9),
  'a counter: steps of about 1e6': (n) => {
    let level = 0;
    return noise(n).map((x) => (level += 1e6 + Math.floor(1e3 * x)));
  },
  'a period with jitter of 1e-9': (n) => {
    const random = mulberry32(2);
    return generators.periodic!(n).map((x) => x + 1e-9 * normal(random));
  },
  'zeros and ones': (n) => noise(n).map((x) => (x > 1.5 ? 1 : 0)),
  'a missing value in every fifty': (n) => noise(n).map((x, t) => (t % 50 === 0 ? NaN : x)),
};

/** The s of the nearest, ascending; `undefined` where there is no answer. */
function nearest(history: HistorySearch, found: number): Float64Array | undefined {
  return found < 0 ? undefined : history.dist.slice(history.base, history.base + found);
}

/** Feeds both the same, with gaps in learning, peeks and restarts of the first, and compares every answer. */
function expectEqual(series: Float64Array, shape: HistoryShape, seed: number): void {
  const random = mulberry32(seed);
  const twin = directHistory(shape, NO_VALUES);
  let history = lagHistory(shape, NO_VALUES)!;
  let unlearned = 0;
  for (let t = 0; t < series.length; t++) {
    if (unlearned > 0) unlearned--;
    else if (random() < 0.002) unlearned = Math.floor(30 * random());
    if (random() < 0.001) history = lagHistory(shape, history.snapshot())!;
    if (random() < 0.01) history.peek(random());
    const x = series[t]!;
    const learn = unlearned === 0;
    const peeked = random() < 0.02 ? nearest(history, history.peek(x)) : null;
    const actual = nearest(history, history.update(x, learn));
    const expected = nearest(twin, twin.update(x, learn));
    if (!isSame(actual, expected)) expect([t, actual]).toEqual([t, expected]);
    if (peeked !== null && !isSame(peeked, expected)) expect([t, peeked]).toEqual([t, expected]);
  }
  expect(history.snapshot()).toEqual(twin.snapshot());
}

function isSame(a: Float64Array | undefined, b: Float64Array | undefined): boolean {
  return a === b || (a?.length === b?.length && a!.every((s, p) => Object.is(s, b![p])));
}

describe('distances by lag, carried and settled, are sums to the bit', () => {
  const random = mulberry32(7);
  const pick = <T>(choices: readonly T[]): T => choices[Math.floor(choices.length * random())]!;
  for (const [name, generate] of [...Object.entries(generators), ...Object.entries(hostile)]) {
    for (const windowSize of [pick([2, 5, 8]), pick([9, 30, 100])]) {
      const shape = {
        windowSize,
        k: pick([1, 3, 5, 20]),
        history: pick([700, 1100, 2000, Infinity]),
        exclusionZone: pick([0, 0, 5, 300]),
      };
      test(`${name}: ${JSON.stringify(shape)}`, () => expectEqual(generate(6000), shape, windowSize));
    }
  }
});

describe('candidates that a copy in 16 bits rules out are none of the nearest', () => {
  const random = mulberry32(11);
  for (const [name, generate] of [...Object.entries(generators), ...Object.entries(hostile)]) {
    for (const windowSize of [2, 3, 4, 5, 6, 7, 8]) {
      const shape = {
        windowSize,
        k: 1 + Math.floor(12 * random()),
        history: 100 + Math.floor(901 * random()),
        exclusionZone: Math.floor(random() < 0.5 ? 0 : 9 * random()),
      };
      test(`${name}: ${JSON.stringify(shape)}`, () => expectEqual(generate(1800), shape, windowSize));
    }
  }
});

test('so they are after 300 000 values, with every kind of series in turn', () => {
  const shape = { windowSize: 12, k: 5, history: 1100, exclusionZone: 0 };
  const parts = [...Object.values(generators), ...Object.values(hostile)];
  const history = lagHistory(shape, NO_VALUES)!;
  for (let round = 0; round < 300; round++) {
    for (const x of parts[round % parts.length]!(1000, round)) history.update(x, true);
    if (round % 20 !== 19) continue;
    const twin = directHistory(shape, history.snapshot());
    for (const x of noise(50, round)) {
      expect(nearest(history, history.update(x, true))).toEqual(nearest(twin, twin.update(x, true)));
    }
  }
});

test('many streams share one memory: places are used again, and none touches another', () => {
  const shape = { windowSize: 3, k: 2, history: 60, exclusionZone: 0 };
  const random = mulberry32(3);
  const pairs = Array.from({ length: 200 }, () => ({
    a: lagHistory(shape, NO_VALUES)!,
    b: directHistory(shape, NO_VALUES),
  }));
  for (let step = 0; step < 20_000; step++) {
    const pair = pairs[Math.floor(200 * random())]!;
    if (random() < 0.02) Object.assign(pair, { a: lagHistory(shape, NO_VALUES)!, b: directHistory(shape, NO_VALUES) });
    const x = random() < 0.01 ? NaN : normal(random);
    expect(nearest(pair.a, pair.a.update(x, true))).toEqual(nearest(pair.b, pair.b.update(x, true)));
  }
});

describe('without WASM', () => {
  test.each(['noise', ...Object.keys(hostile)])('scores are those of the definition: %s', async (name) => {
    vi.resetModules(); // modules that were compiled before would be used
    vi.stubGlobal('WebAssembly', undefined);
    const { StreamingKNN } = await import('../../src/index.ts');
    const series = (hostile[name] ?? noise)(1000);
    for (const w of [2, 20]) {
      expect(new StreamingKNN(w, 3, { history: 300 }).learn(series)).toEqual(
        naiveScore(series, w, 3, { history: 300 }),
      );
    }
  });
});

test.each(Object.keys(hostile))('scores are those of the definition: %s', (name) => {
  const series = hostile[name]!(2500);
  for (const w of [5, 40]) {
    const options = { history: 1500, exclusionZone: w };
    expect(new StreamingKNN(w, 5, options).learn(series)).toEqual(naiveScore(series, w, 5, options));
  }
});

describe('a long reference', () => {
  test.each([
    ['whiteNoise', 4, 'none'],
    ['whiteNoise', 40, 'none'], // its index is dropped
    ['serverMetric', 5, 'zscore'],
    ['randomWalk', 30, 'mean'],
    ['gaps', 6, 'none'],
  ] as const)('%s, w = %i, %s: scores are the same before it is indexed, and after', (name, w, normalize) => {
    const reference = generators[name]!(6000, 3);
    const series = generators[name]!(200, 4);
    const stream = new StreamingKNN(w, 3, { reference, normalize });
    const found = Float64Array.from(series, (x) => stream.update(x));
    expect(found).toEqual(new KNN(w, 3, { normalize, engine: 'brute' }).score(series, { reference }));
  });
});
