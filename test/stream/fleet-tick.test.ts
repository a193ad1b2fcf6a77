// Fleet.tick against as many detectors of their own, and the state of a fleet that is ticked.
import { expect, test } from 'vitest';
import { Fleet, type FleetOptions, StreamingKNN } from '../../src/index.ts';
import { manhattan } from '../../src/metrics.ts';
import { mulberry32, normal } from '../support/series.ts';

const wrong = (value: unknown) => value as never;

const IDS = ['__proto__', '', 'größe', '\ud800', '\udc00', '\ufeffa', 'a', 'b', 'c', 'd'];

const bytesOf = (fleet: Fleet): Buffer => Buffer.concat([...fleet.save()]);

const settings: Partial<FleetOptions>[] = [
  { history: 20 },
  { history: 30, maxSeries: 8, maxIdle: 3 },
  { history: 15, metric: manhattan, maxIdle: 2 },
  { reference: [1, 2, 3, 4, 5, 4, 3, 2] },
];
test.each(settings)('tick gives every series its value or a missing one, over restarts: %o', async (options) => {
  const { maxSeries = Infinity, maxIdle = Infinity, ...own } = options;
  const random = mulberry32(2);
  let fleet = new Fleet({ windowSize: 3, k: 2, ...options });
  let hand: { id: string; one: StreamingKNN; last: number }[] = [];
  let numValues = 0;
  for (let t = 1; t <= 200; t++) {
    const ids = IDS.filter(() => random() < (t % 20 < 10 ? 1 : 0.5)).slice(0, 8);
    if (random() < 0.3) ids.reverse();
    const values = ids.map(() => (random() < 0.05 ? null : Math.round(4 * normal(random)) / 4));
    const learn = random() > 0.1;
    const named = ids.map((id) => {
      const known = hand.find((member) => member.id === id);
      return { id, one: known?.one ?? new StreamingKNN(3, 2, own), last: t };
    });
    const idle = hand.filter(({ id, last }) => !ids.includes(id) && t - last <= maxIdle);
    const absent = idle.slice(Math.max(0, idle.length + ids.length - maxSeries));
    for (const { one } of absent) one.update(null, { learn });
    const expected = named.map(({ one }, p) => one.update(values[p], { learn }));
    hand = [...absent, ...named];
    expect(Array.from(fleet.tick(10 * t, ids, values, { learn }))).toEqual(expected);
    expect([...fleet.ids()]).toEqual(hand.map(({ id }) => id));
    numValues += ids.length;
    if (random() < 0.1) fleet = await Fleet.load(fleet.save(), options.metric ? { metric: manhattan } : {});
  }
  for (const { id, one } of hand) expect(fleet.peek(id, 1)).toBe(one.peek(1));
  expect([fleet.position, fleet.stats.updates]).toEqual([2000, numValues]);
});

test('a fleet that was updated can be ticked: idleness counts ticks from then on', async () => {
  let fleet = new Fleet({ windowSize: 1, k: 1, maxIdle: 3 });
  for (const id of ['a', 'b', 'c']) fleet.update(id, 1);
  fleet = await Fleet.load(fleet.save());
  expect(fleet.position).toBe(-Infinity);
  for (let t = 0; t < 3; t++) fleet.tick(t, ['c'], [1]);
  expect([...fleet.ids()]).toEqual(['a', 'b', 'c']);
  for (let p = 0; p < 9; p++) fleet.update('b', 2); // values between ticks age nobody
  fleet = await Fleet.load(fleet.save());
  expect([...fleet.ids()]).toEqual(['a', 'c', 'b']);
  fleet.tick(3, ['c'], [1]);
  expect([...fleet.ids()]).toEqual(['b', 'c']);
  fleet.reset();
  expect([...fleet.save()]).toEqual([...new Fleet({ windowSize: 1, k: 1, maxIdle: 3 }).save()]);
});

test('a tick that is refused changes nothing', () => {
  const fleet = new Fleet({ windowSize: 2, k: 1, maxSeries: 3 });
  for (let t = 0; t < 5; t++) fleet.tick(t, ['a', 'b'], [t, 2]);
  const before = bytesOf(fleet);
  const rows: [() => unknown, typeof TypeError | typeof RangeError, RegExp][] = [
    [() => fleet.tick(4, ['a'], [1]), RangeError, /^time must be after that of the last tick, 4, got 4: no step/],
    [() => fleet.tick(-1, ['a'], [1]), RangeError, /time must be after/],
    [() => fleet.tick(NaN, ['a'], [1]), RangeError, /time must be a finite number or a Date, got NaN/],
    [() => fleet.tick(wrong('5'), ['a'], [1]), TypeError, /time must be a finite number or a Date, got string "5"/],
    [() => fleet.tick(5, ['a', 'c', 'c'], [1, 2, 3]), RangeError, /"c" twice, the second at 2/],
    [() => fleet.tick(5, ['b', 'b'], [1, 2]), RangeError, /"b" twice/],
    [() => fleet.tick(5, ['a', wrong(1)], [1, 2]), TypeError, /id must be a string/],
    [() => fleet.tick(5, ['a'], [1, 2]), RangeError, /1 names and 2 values/],
    [() => fleet.tick(5, ['a'], [wrong('1')]), TypeError, /values\[0\] must be a number/],
    [() => fleet.tick(5, ['a'], [1], wrong({ lern: true })), RangeError, /lern is unknown/],
    [() => fleet.tick(5, ['a', 'b', 'c', 'd'], [1, 2, 3, 4]), RangeError, /maxSeries = 3 series, got 4/],
  ];
  for (const [run, kind, message] of rows) {
    expect(run).toThrow(kind);
    expect(run).toThrow(message);
    expect(bytesOf(fleet).equals(before)).toBe(true);
  }
  const strict = new Fleet({ windowSize: 2, k: 1, missing: 'throw' });
  strict.tick(0, ['a', 'b'], [1, 2]);
  expect(() => strict.tick(1, ['b'], [1])).toThrow(/ids must name string "a" while missing is 'throw'/);
  expect(() => strict.tick(1, ['a', 'b'], [1, null])).toThrow(`the value of string "b" is missing (null)`);
  expect(strict.position).toBe(0);
});

test('when a function metric fails, the others have had their step', () => {
  const metric = (a: Float64Array): number => (a[0] === 13 ? NaN : 1);
  const fleet = new Fleet({ windowSize: 1, k: 1, metric });
  fleet.tick(0, ['a', 'b', 'c'], [1, 1, 1]);
  expect(() => fleet.tick(1, ['a', 'b'], [13, 2])).toThrow(/metric must return/);
  expect(fleet.position).toBe(1);
  expect(Array.from(fleet.tick(2, ['b', 'c'], [2, 2]))).toEqual([1, 1]);
});

test('saving notices a tick in between', () => {
  const fleet = new Fleet({ windowSize: 1, k: 1 });
  fleet.tick(0, ['a'], [1]);
  const chunks = fleet.save();
  chunks.next();
  fleet.tick(1, [], []);
  expect(() => [...chunks]).toThrow(/changed while it was saved/);
});
