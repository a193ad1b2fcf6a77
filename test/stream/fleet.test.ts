// Fleet against as many detectors of their own, and its bytes.
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { Fleet, type FleetOptions, StreamingKNN, type StreamingKNNOptions } from '../../src/index.ts';
import { mahalanobis, manhattan } from '../../src/metrics.ts';
import { mulberry32, normal, whiteNoise } from '../support/series.ts';

vi.setConfig({ testTimeout: 60_000 });

const wrong = (value: unknown) => value as never;

/** The saved bytes, cut anew into chunks of `size`. */
function cut(fleet: Fleet, size = Infinity): Uint8Array[] {
  const all = Buffer.concat([...fleet.save()]);
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < all.length; at += size) chunks.push(new Uint8Array(all.subarray(at, at + size)));
  return chunks;
}

function filled(options: Partial<FleetOptions> = {}): Fleet {
  const fleet = new Fleet({ windowSize: 2, k: 1, ...options });
  for (const x of [1, 2, null, 1, 2, 5]) fleet.updateMany(['größe', 'b', ''], [x, 2, 3]);
  return fleet;
}

describe('every series has the scores of a detector of its own', () => {
  const settings: StreamingKNNOptions[] = [
    { history: 40 },
    { history: 1500 },
    { history: Infinity, exclusionZone: 2, aggregation: 'max' },
    { history: 30, normalize: 'zscore' },
    { history: 30, metric: manhattan },
    { metric: mahalanobis.fit(whiteNoise(200), 3), reference: whiteNoise(100) },
  ];
  test.each(settings)('%o', async (options) => {
    const random = mulberry32(1);
    let fleet = new Fleet({ windowSize: 3, k: 2, ...options });
    const own = new Map<string, StreamingKNN>();
    const metric = options.metric === manhattan ? { metric: manhattan } : {};
    for (let round = 0; round < 150; round++) {
      const ids = Array.from({ length: 20 }, () => `series ${Math.floor(40 * random())}`);
      const values = ids.map(() => (random() < 0.02 ? null : Math.round(4 * normal(random)) / 4));
      const learn = random() > 0.1;
      const expected = ids.map((id, p) => {
        if (!own.has(id)) own.set(id, new StreamingKNN(3, 2, options));
        expect(fleet.peek(id, values[p])).toBe(fleet.peek(id, values[p]));
        return own.get(id)!.update(values[p], { learn });
      });
      expect(Array.from(fleet.updateMany(ids, values, { learn }))).toEqual(expected);
      if (random() < 0.1) fleet = await Fleet.load(cut(fleet, 1 + Math.floor(5000 * random())), metric);
      if (random() < 0.2) {
        const id = `series ${Math.floor(40 * random())}`;
        expect(fleet.evict(id)).toBe(own.delete(id));
      }
    }
    expect(new Set(fleet.ids())).toEqual(new Set(own.keys()));
    for (const [id, detector] of own) expect(fleet.peek(id, 1)).toBe(detector.peek(1));
    expect(fleet.peek('new', 1)).toBe(new StreamingKNN(3, 2, options).peek(1));
  });
});

describe('who has to leave', () => {
  test('is the series without a value for the longest, where there are more than maxSeries', () => {
    const fleet = new Fleet({ windowSize: 1, k: 1, maxSeries: 3 });
    for (const id of ['a', 'b', 'c', 'a', 'd', 'a', 'e']) fleet.update(id, 1);
    expect([...fleet.ids()]).toEqual(['d', 'a', 'e']);
    expect(fleet.stats).toMatchObject({ series: 3, updates: 7, evicted: 2 });
  });

  test('is a series after maxIdle values of others, and it starts anew', () => {
    const fleet = new Fleet({ windowSize: 1, k: 1, maxIdle: 3 });
    fleet.update('a', 1);
    for (const id of ['b', 'b', 'b']) fleet.update(id, 1);
    expect(fleet.has('a')).toBe(true);
    fleet.update('b', 1);
    expect(fleet.has('a')).toBe(false);
    expect(fleet.update('a', 9)).toBe(0);
  });

  test('is the same as by a plain list, also over restarts', async () => {
    const step = fc.record({ id: fc.integer({ min: 0, max: 9 }), reload: fc.integer({ min: 0, max: 30 }) });
    const limits = fc.record({ maxSeries: fc.integer({ min: 1, max: 8 }), maxIdle: fc.integer({ min: 1, max: 20 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), limits, async (steps, { maxSeries, maxIdle }) => {
        let fleet = new Fleet({ windowSize: 1, k: 1, maxSeries, maxIdle });
        let last: { id: string; at: number }[] = [];
        for (const [at, { id: number, reload }] of steps.entries()) {
          const id = String(number);
          fleet.update(id, number);
          last = [...last.filter((member) => member.id !== id), { id, at }];
          last = last.slice(-maxSeries).filter((member) => at - member.at <= maxIdle);
          if (reload === 0) fleet = await Fleet.load(fleet.save());
          expect([...fleet.ids()]).toEqual(last.map((member) => member.id));
        }
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  test('frees its place for others', () => {
    const fleet = new Fleet({ windowSize: 4, k: 3, history: 100, maxSeries: 10 });
    for (let p = 0; p < 10; p++) fleet.update(`first ${p}`, 1);
    const { bytes } = fleet.stats;
    for (let p = 0; p < 5000; p++) fleet.update(`series ${p}`, p);
    expect(fleet.stats).toMatchObject({ series: 10, bytes });
    fleet.reset();
    expect(fleet.stats).toEqual({ series: 0, updates: 0, evicted: 0, bytes: 0 });
  });
});

describe('saved bytes', () => {
  test('are the same for the same state, and continue it', async () => {
    const fleet = await Fleet.load(filled().save());
    expect([...fleet.save()]).toEqual([...filled().save()]);
    expect(fleet.stats).toEqual(filled().stats);
    const empty = new Fleet({ windowSize: 2, k: 1 });
    expect((await Fleet.load(empty.save())).stats).toEqual(empty.stats);
  });

  test('that are damaged anywhere or cut short are refused', async () => {
    const [bytes] = cut(filled({ history: 3 }));
    for (let bit = 0; bit < 8 * bytes!.length; bit++) {
      const damaged = bytes!.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      await expect(Fleet.load([damaged])).rejects.toThrow(RangeError);
    }
    for (let length = 0; length < bytes!.length; length++) {
      await expect(Fleet.load([bytes!.slice(0, length)])).rejects.toThrow(RangeError);
    }
    await expect(Fleet.load([bytes!, bytes!])).rejects.toThrow(RangeError);
  });

  test('are refused to be made while the fleet changes', () => {
    const fleet = new Fleet({ windowSize: 1, k: 1 });
    for (let p = 0; p < 100; p++) fleet.update(String(p), p);
    const chunks = fleet.save();
    chunks.next();
    chunks.next();
    fleet.update('5', 5);
    expect(() => chunks.next()).toThrow(/changed while it was saved/);
  });
});

test('wrong arguments are named, and nothing is done', () => {
  const fleet = filled({ missing: 'omit' });
  const before = [...fleet.save()];
  const rows: [() => unknown, typeof TypeError | typeof RangeError, RegExp][] = [
    [() => new Fleet(wrong(undefined)), TypeError, /options/],
    [() => new Fleet(wrong({ k: 1 })), TypeError, /windowSize/],
    [() => new Fleet({ windowSize: 1, k: 1, maxSeries: 0 }), RangeError, /maxSeries.*0/],
    [() => new Fleet({ windowSize: 1, k: 1, maxIdle: 1.5 }), RangeError, /maxIdle.*1.5/],
    [() => new Fleet(wrong({ windowSize: 1, k: 1, side: 'left' })), RangeError, /side is unknown/],
    [() => fleet.update(wrong(5), 1), TypeError, /id must be a string.*5/],
    [() => fleet.update('b', wrong('1')), TypeError, /x must be a number/],
    [() => fleet.update('b', 1, wrong({ learn: 1 })), TypeError, /learn/],
    [() => fleet.updateMany(['b'], [1, 2]), RangeError, /1 names and 2 values/],
    [() => fleet.updateMany(['b', wrong(5)], [1, 2]), TypeError, /id.*5/],
    [() => fleet.updateMany(['b', 'c'], [1, wrong('2')]), TypeError, /x must/],
    [() => fleet.updateMany(wrong('b'), [1]), TypeError, /ids/],
  ];
  for (const [run, kind, message] of rows) {
    expect(run).toThrow(kind);
    expect(run).toThrow(message);
  }
  expect([...fleet.save()]).toEqual(before);
  const strict = new Fleet({ windowSize: 1, k: 1, missing: 'throw' });
  expect(() => strict.update('b', null)).toThrow(`the value of string "b" is missing (null) and missing is 'throw'`);
  const failing = new Fleet({ windowSize: 1, k: 1, metric: () => NaN, reference: [1] });
  expect(() => failing.update('b', 1)).toThrow(/metric must return/);
  expect(failing.has('b')).toBe(false);
});
