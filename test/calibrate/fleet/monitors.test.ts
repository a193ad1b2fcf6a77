// Monitors against as many monitors by hand, and its bytes.
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import {
  type FleetAlarm,
  type Monitor,
  type MonitorOptions,
  Monitors,
  type MonitorsOptions,
  monitor,
  QuantileThreshold,
} from '../../../src/calibrate.ts';
import { ChangeFinder } from '../../../src/index.ts';
import { mulberry32, normal } from '../../support/series.ts';

vi.setConfig({ testTimeout: 60_000 });

const wrong = (value: unknown) => value as never;

/** Names that have led programs astray, and usual ones. */
const IDS = ['__proto__', '', 'constructor', 'größe/cpu', '\ud800', '\udc00', '\ufeffa', 'a', '\ud83d\ude00', 'b'];

/** Monitors that raise many alarms early. */
const EAGER = { preset: 'novelty', warmup: 10, threshold: 2, hold: 4, maxValues: 20 } as const;

type Given = readonly [id: string, x: number | null];

const randomOf = (seed: number): (() => number) => mulberry32(seed);

/** A tick of some of the names in some order. Values are noise, now and then missing or far away. */
function drawn(random: () => number, ids: readonly string[], share: number): Given[] {
  const some = ids.filter(() => random() < share);
  if (random() < 0.3) some.reverse();
  return some.map((id) => [id, random() < 0.03 ? null : (random() < 0.02 ? 50 : 1) * normal(random)]);
}

function tick(site: Monitors, time: number, given: readonly Given[], learn?: boolean): ReturnType<Monitors['tick']> {
  return site.tick(
    time,
    given.map(([id]) => id),
    given.map(([, x]) => x),
    ...(learn === undefined ? [] : [{ learn }]),
  );
}

const bytesOf = (site: Monitors): Buffer => Buffer.concat([...site.save()]);

/** Loads what was saved, cut anew into chunks of `size`. */
function reloaded(site: Monitors, size: number, options?: Parameters<typeof Monitors.load>[1]): Promise<Monitors> {
  const all = bytesOf(site);
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < all.length; at += size) chunks.push(new Uint8Array(all.subarray(at, at + size)));
  return Monitors.load(chunks, options);
}

/** A list of monitors, and what a tick means for it. */
class ByHand {
  members: { id: string; one: Monitor; last: number }[] = [];
  ticks = 0;
  readonly #limits: { maxSeries: number; maxIdle: number };
  readonly #make: () => Monitor;

  constructor(make: () => Monitor, { maxSeries = Infinity, maxIdle = Infinity } = {}) {
    this.#make = make;
    this.#limits = { maxSeries, maxIdle };
  }

  tick(time: number, given: readonly Given[], learn = true): { surprises: number[]; alarms: Partial<FleetAlarm>[] } {
    this.ticks++;
    const named = given.map(([id, x]) => {
      const known = this.members.find((member) => member.id === id);
      return { id, x, one: known?.one ?? this.#make(), last: this.ticks };
    });
    let absent = this.members.filter(({ id }) => !given.some(([other]) => other === id));
    absent = absent.filter(({ last }) => this.ticks - last <= this.#limits.maxIdle);
    absent = absent.slice(Math.max(0, absent.length + named.length - this.#limits.maxSeries));
    const alarms: Partial<FleetAlarm>[] = [];
    const step = (id: string, one: Monitor, x: number | null): number => {
      const surprise = one.update(x, { learn });
      if (one.last.alarm) alarms.push({ id, time, value: x ?? NaN, surprise, text: one.explain().text });
      return surprise;
    };
    const surprises = named.map(({ id, one, x }) => step(id, one, x));
    for (const { id, one } of absent) step(id, one, null);
    this.members = [...absent, ...named.map(({ id, one, last }) => ({ id, one, last }))];
    return { surprises, alarms };
  }
}

function expectSame(site: Monitors, hand: ByHand): void {
  expect([...site.ids()]).toEqual(hand.members.map(({ id }) => id));
  for (const { id, one } of hand.members) expect(Buffer.compare(site.get(id)!.save(), one.save())).toBe(0);
}

describe('a tick', () => {
  const options: Record<string, Omit<MonitorOptions, 'detector' | 'threshold'> & { threshold?: number }> = {
    defaults: { warmup: 20 },
    novelty: { ...EAGER },
    views: { preset: 'views', warmup: 10, threshold: 4 },
    muted: { ...EAGER, mute: 40 },
    'further looks': { ...EAGER, stuck: true, noData: true, repeat: 'always', undo: true },
  };
  test.each(Object.entries(options))('is one value of every monitor, bit for bit: %s', async (name, given) => {
    const random = randomOf(name.length);
    let site = new Monitors(given);
    const hand = new ByHand(() => monitor(given));
    let numAlarms = 0;
    for (let t = 1; t <= 160; t++) {
      const present = IDS.filter((id) => id !== 'b' || t < 90 || t > 150);
      const values = drawn(random, present, t % 10 < 6 ? 1 : 0.7);
      const learn = random() > 0.05;
      const expected = hand.tick(60 * t, values, learn);
      const { surprises, alarms, incidents } = tick(site, 60 * t, values, learn);
      expect(Array.from(surprises)).toEqual(expected.surprises);
      expect(alarms).toEqual(expected.alarms.map((alarm) => ({ ...alarm, incident: undefined })));
      expect(incidents).toEqual([]);
      numAlarms += alarms.length;
      if (random() < 0.1) site = await reloaded(site, 1 + Math.floor(9000 * random()));
      if (t % 40 === 0) expectSame(site, hand);
    }
    expect(numAlarms).toBeGreaterThan(3);
    expect(site.stats).toMatchObject({ series: IDS.length, ticks: 160, alarms: numAlarms, evicted: 0 });
    expect(site.explain('a', 2)).toEqual(site.get('a')!.explain(2));
  });

  test('is saved between any two ticks: the rest is the same, with everything on', async () => {
    const group = (id: string): string => id.slice(0, 1);
    const only = (id: string): boolean => id !== 'b';
    const given = { ...EAGER, maxSeries: 8, maxIdle: 6, mute: 15, budget: { perDay: 300 } };
    for (let cut = 1; cut <= 60; cut += 3) {
      const random = randomOf(7);
      const site = new Monitors({ ...given, only, incidents: { group, series: 2, within: 3 } });
      let other: Monitors | undefined;
      for (let t = 1; t <= 60; t++) {
        const values = drawn(random, IDS, 0.5).slice(0, 8);
        if (other) expect(tick(other, t, values)).toEqual(tick(site, t, values));
        else tick(site, t, values);
        if (t === cut) other = await reloaded(site, 1000, { group, only });
      }
      expect(bytesOf(other!).equals(bytesOf(site))).toBe(true);
      expect(other!.threshold).toBe(site.threshold);
      expect(other!.stats).toEqual(site.stats);
      expect(other!.incidents).toEqual(site.incidents);
    }
  });

  test('lets series leave by maxIdle and maxSeries as a plain list would, over restarts', async () => {
    const limits = fc.record({ maxSeries: fc.integer({ min: 4, max: 8 }), maxIdle: fc.integer({ min: 1, max: 5 }) });
    const ticks = fc.array(fc.uniqueArray(fc.constantFrom(...IDS), { maxLength: 4 }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(limits, ticks, fc.integer({ min: 0, max: 30 }), async (limit, all, restart) => {
        let site = new Monitors({ ...EAGER, ...limit });
        const hand = new ByHand(() => monitor(EAGER), limit);
        for (const [t, ids] of all.entries()) {
          const given = ids.map((id, p): Given => [id, (t * 7 + p) % 5]);
          const expected = hand.tick(t, given);
          expect(Array.from(tick(site, t, given).surprises)).toEqual(expected.surprises);
          if (t === restart) site = await Monitors.load(site.save());
          expect([...site.ids()]).toEqual(hand.members.map(({ id }) => id));
        }
        expectSame(site, hand);
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  test('tells dates to the monitors, and every time where there is a calendar', async () => {
    const begin = Date.UTC(2026, 10, 2);
    const usual = (t: number): Given[] => [['a', 20 + ((t * 37) % 11)]];
    const site = new Monitors({ ...EAGER });
    for (let t = 0; t < 50; t++) site.tick(new Date(begin + 60_000 * t), ['a'], [usual(t)[0]![1]]);
    const again = await Monitors.load(site.save());
    expect(again.position).toBe(begin + 60_000 * 49);
    const [alarm] = again.tick(new Date(begin + 3_000_000), ['a'], [95]).alarms;
    expect(alarm).toMatchObject({ time: begin + 3_000_000, text: expect.stringMatching(/2026-11-02.00:50/) });
    let daily = new Monitors({ ...EAGER, calendar: { timezone: 'UTC' } });
    const hand = monitor({ ...EAGER, calendar: { timezone: 'UTC' } });
    for (let t = 0; t < 100; t++) {
      const time = begin + 3_600_000 * t;
      const { surprises } = tick(daily, time, usual(t));
      expect(surprises[0]).toBe(hand.update(usual(t)[0]![1], { time }));
      if (t === 60) daily = await Monitors.load(daily.save());
    }
    expect(() => tick(daily, 1e17, [])).toThrow(/milliseconds since 1970, got 100000000000000000: a calendar is set/);
    expectSame(daily, Object.assign(new ByHand(() => hand), { members: [{ id: 'a', one: hand }] }));
  });

  test('with rate: true takes counters, and refuses one below 0', async () => {
    const site = await Monitors.load(new Monitors({ ...EAGER, rate: true }).save());
    const hand = monitor({ ...EAGER, rate: true });
    for (let t = 0; t < 40; t++) expect(tick(site, t, [['a', t * t]]).surprises[0]).toBe(hand.update(t * t));
    const before = bytesOf(site);
    expect(() =>
      tick(site, 40, [
        ['b', 1],
        ['a', -1],
      ]),
    ).toThrow(/^values\[1\] must be a counter of at least 0.*got -1$/);
    expect(bytesOf(site).equals(before)).toBe(true);
  });

  test('may name no series, and others than before', () => {
    const site = new Monitors(EAGER);
    expect(tick(site, 0, []).surprises).toEqual(new Float64Array());
    tick(site, 1, [['a', 1]]);
    tick(site, 2, [['b', 1]]);
    expect(tick(site, 3, []).surprises).toEqual(new Float64Array());
    expect([...site.ids()]).toEqual(['a', 'b']);
    expect([site.get('a')!.seen, site.get('b')!.seen, site.position]).toEqual([3, 2, 3]);
    expect(site.evict('a')).toBe(true);
    expect(site.evict('a')).toBe(false);
    tick(site, 4, [['b', 1]]);
    expect([site.has('a'), site.get('a')]).toEqual([false, undefined]);
    site.reset();
    expect(site.stats).toEqual({ series: 0, ticks: 0, values: 0, alarms: 0, evicted: 0 });
    expect(site.position).toBe(-Infinity);
    expect(bytesOf(site).equals(bytesOf(new Monitors(EAGER)))).toBe(true);
  });
});

describe('a tick that is refused changes nothing', () => {
  const site = new Monitors({ ...EAGER, maxSeries: 3 });
  for (let t = 0; t < 30; t++)
    tick(site, t, [
      ['a', t % 3],
      ['b', t % 4],
    ]);
  const before = bytesOf(site);

  const rows: [string, () => unknown, typeof TypeError | typeof RangeError, RegExp][] = [
    [
      'its time',
      () => site.tick(29, ['a'], [1]),
      RangeError,
      /^time must be after .* 29, got 29: no step counts twice$/,
    ],
    ['an earlier time', () => site.tick(3, ['a'], [1]), RangeError, /after that of the last tick, 29, got 3/],
    ['time NaN', () => site.tick(NaN, ['a'], [1]), RangeError, /time must be a finite number or a Date, got NaN/],
    ['a text as time', () => site.tick(wrong('5'), ['a'], [1]), TypeError, /or a Date, got string "5"/],
    [
      'time Infinity',
      () => site.tick(Infinity, ['a'], [1]),
      RangeError,
      /time must be a finite number or a Date, got Infinity/,
    ],
    ['a date that is none', () => site.tick(new Date(NaN), ['a'], [1]), RangeError, /got an invalid date/],
    ['a name twice', () => site.tick(30, ['b', 'a', 'b'], [1, 2, 3]), RangeError, /"b" twice, the second at 2/],
    ['a new name twice', () => site.tick(30, ['c', 'c'], [1, 2]), RangeError, /"c" twice, the second at 1/],
    [
      'a name that is none',
      () => site.tick(30, ['a', wrong(5)], [1, 2]),
      TypeError,
      /id must be a string, got number 5/,
    ],
    ['fewer names', () => site.tick(30, ['a'], [1, 2]), RangeError, /1 names and 2 values/],
    ['names as a text', () => site.tick(30, wrong('ab'), [1, 2]), TypeError, /ids must be an array/],
    ['a value as a text', () => site.tick(30, ['a', 'b'], [1, wrong('2')]), TypeError, /values\[1\] must be a number/],
    ['values as a number', () => site.tick(30, ['a'], wrong(1)), TypeError, /values must be an array/],
    ['learn 1', () => site.tick(30, ['a'], [1], wrong({ learn: 1 })), TypeError, /learn must be true or false/],
    [
      'too many',
      () => site.tick(30, ['a', 'b', 'c', 'd'], [1, 1, 1, 1]),
      RangeError,
      /maxSeries = 3 series, got 4 in one/,
    ],
  ];
  test.each(rows)('%s', (_, run, kind, message) => {
    expect(run).toThrow(kind);
    expect(run).toThrow(message);
    expect(bytesOf(site).equals(before)).toBe(true);
  });

  test('what functions of the user throw before it begins', () => {
    const fail = (): never => {
      throw new Error('no such host');
    };
    for (const options of [{ only: fail }, { incidents: { group: fail } }] satisfies MonitorsOptions[]) {
      const one = new Monitors({ ...EAGER, ...options });
      expect(() => one.tick(1, ['a'], [1])).toThrow('no such host');
      expect([one.position, one.has('a')]).toEqual([-Infinity, false]);
    }
    const odd = new Monitors({ only: wrong(() => 1) });
    expect(() => odd.tick(1, ['a'], [1])).toThrow(/only must return true or false, got number 1 for string "a"/);
    const group = new Monitors({ incidents: { group: wrong(() => 1) } });
    expect(() => group.tick(1, ['a'], [1])).toThrow(/group must return a string, got number 1/);
  });
});

test('wrong options are named', () => {
  const one = new ChangeFinder(2, 0.05, 2, 0.05, 5);
  const rows: [unknown, typeof TypeError | typeof RangeError, RegExp][] = [
    [5, TypeError, /options must be an object/],
    [{ maxSerie: 3 }, RangeError, /options.maxSerie is unknown; known are maxSeries, .*preset/],
    [{ maxSeries: 0 }, RangeError, /maxSeries must be a positive integer, got 0/],
    [{ maxIdle: '5' }, TypeError, /maxIdle/],
    [{ warmup: -1 }, RangeError, /warmup/],
    [{ mute: 1.5 }, RangeError, /mute/],
    [{ detector: one }, RangeError, /detector must be a function that makes one.*many series cannot share it/],
    [{ detector: 5 }, TypeError, /detector must be a function/],
    [{ threshold: new QuantileThreshold(0.99) }, RangeError, /threshold must be a number or a function.*share/],
    [{ threshold: '4' }, TypeError, /threshold must be a number or a function/],
    [{ threshold: -1 }, RangeError, /threshold must be a positive number/],
    [{ only: 5 }, TypeError, /only must be a function, a RegExp or a string, got number 5/],
    [{ incidents: 3 }, TypeError, /incidents must be an object/],
    [{ incidents: { series: 0 } }, RangeError, /incidents.series must be a positive integer/],
    [{ incidents: { within: 0 } }, RangeError, /incidents.within/],
    [{ incidents: { group: 'a' } }, TypeError, /incidents.group must be a function/],
    [{ incidents: { count: 2 } }, RangeError, /options.count is unknown/],
    [{ budget: 20 }, TypeError, /budget must be an object/],
    [{ budget: {} }, TypeError, /budget.perDay/],
    [{ budget: { perDay: 0 } }, RangeError, /budget.perDay must be a finite number above 0, got 0/],
    [{ budget: { perDay: 1, step: -1 } }, RangeError, /budget.step/],
    [
      { step: 60, budget: { perDay: 1, step: 30 } },
      RangeError,
      /budget.step must be the step of the monitors, 60, got 30/,
    ],
    [{ threshold: () => new QuantileThreshold(0.9), budget: { perDay: 1 } }, RangeError, /budget moves a threshold/],
  ];
  for (const [options, kind, message] of rows) {
    expect(() => new Monitors(wrong(options))).toThrow(kind);
    expect(() => new Monitors(wrong(options))).toThrow(message);
  }
  expect(() => new Monitors().explain('a')).toThrow('id must name a series, got string "a": see ids()');
  const shared = new Monitors({ detector: () => one });
  expect(() => shared.tick(1, ['a'], [1])).toThrow(/detector must make a new one each time/);
});

describe('alarms', () => {
  /** The names of the series that alarm when all of them leap. */
  function alarmed(options: MonitorsOptions, ids: readonly string[], before = 60): string[] {
    const site = new Monitors({ ...EAGER, ...options });
    for (let t = 0; t < before; t++)
      tick(
        site,
        t,
        ids.map((id, p) => [id, (t * 7 + p) % 5]),
      );
    return tick(
      site,
      before,
      ids.map((id) => [id, 999]),
    ).alarms.map(({ id }) => id);
  }

  test('are of the series that only names', () => {
    const ids = ['web-1/cpu', 'web-2/cpu', 'db.1/cpu', 'dbx1/cpu', '__proto__'];
    expect(alarmed({}, ids)).toEqual(ids);
    expect(alarmed({ only: /^web/g }, ids)).toEqual(ids.slice(0, 2));
    expect(alarmed({ only: 'web-*' }, ids)).toEqual(ids.slice(0, 2));
    expect(alarmed({ only: 'db.1/*' }, ids)).toEqual(['db.1/cpu']);
    expect(alarmed({ only: '*1*' }, ids)).toEqual(['web-1/cpu', 'db.1/cpu', 'dbx1/cpu']);
    expect(alarmed({ only: '__proto__' }, ids)).toEqual(['__proto__']);
    expect(alarmed({ only: '' }, ids)).toEqual([]);
    expect(alarmed({ only: (id) => id.length > 9 }, ids)).toEqual([]);
  });

  test('come with the first value after mute', () => {
    expect(alarmed({ mute: 60 }, ['a'], 60)).toEqual(['a']);
    expect(alarmed({ mute: 61 }, ['a'], 60)).toEqual([]);
  });

  test('of a detector of your own have a sentence, too, and go on after a restart', async () => {
    const make = (): ChangeFinder => new ChangeFinder(2, 0.05, 2, 0.05, 3);
    const threshold = (): QuantileThreshold => new QuantileThreshold(0.95, { warmup: 20 });
    const site = new Monitors({ detector: make, threshold, warmup: 10, hold: 3 });
    const random = randomOf(3);
    const given = (): Given[] => ['a', 'b'].map((id) => [id, (random() < 0.05 ? 20 : 1) * normal(random)]);
    const texts: string[] = [];
    for (let t = 0; t < 150; t++) texts.push(...tick(site, t, given()).alarms.map(({ text }) => text));
    expect(texts.length).toBeGreaterThan(2);
    for (const text of texts) expect(text).toMatch(/^-?[\d.]+: an alarm, surprise [\d.]+$/);
    expect(site.threshold).toBeUndefined();
    await expect(Monitors.load(site.save())).rejects.toThrow(/give its load, as in \{ detector: ChangeFinder.load \}/);
    const again = await Monitors.load(site.save(), { detector: ChangeFinder.load });
    for (let t = 150; t < 200; t++) {
      const values = [...given(), ['new', t % 3] as const];
      expect(tick(again, t, values)).toEqual(tick(site, t, values));
    }
  });

  test('come of a series that is no longer named, with noData', () => {
    const site = new Monitors({ ...EAGER, noData: true });
    for (let t = 0; t < 300; t++)
      tick(
        site,
        t,
        ['a', 'b'].map((id): Given => [id, (t * 7) % 5]),
      );
    const missing = Array.from(
      { length: 20 },
      (_, t) => tick(site, 300 + t, [['a', ((300 + t) * 7) % 5]]).alarms,
    ).flat();
    expect(missing).toEqual([expect.objectContaining({ id: 'b', time: 304, value: NaN, text: expect.any(String) })]);
    expect(missing[0]!.surprise).toBeGreaterThanOrEqual(2);
  });

  test('of an outage of all series are explained as far as 100', () => {
    const ids = Array.from({ length: 130 }, (_, p) => `s${p}`);
    const site = new Monitors(EAGER);
    for (let t = 0; t < 50; t++)
      site.tick(
        t,
        ids,
        ids.map((_, p) => (t * 7 + p) % 5),
      );
    const { alarms } = site.tick(
      50,
      ids,
      ids.map(() => 99),
    );
    expect(alarms.map(({ id }) => id)).toEqual(ids);
    expect(alarms[99]!.text).toBe(site.explain('s99').text);
    expect(alarms[100]!.text).toMatch(/^99: an alarm, surprise [\d.]+$/);
  });

  test('of other series come even when a detector of your own fails', () => {
    class Failing extends ChangeFinder {
      override update(x: number): number {
        if (x === 13) throw new Error('13 is bad luck');
        return super.update(x);
      }
    }
    const site = new Monitors({ detector: () => new Failing(1, 0.1, 1, 0.1, 2), warmup: 5 });
    tick(site, 1, [
      ['a', 1],
      ['b', 1],
      ['c', 1],
    ]);
    expect(() =>
      tick(site, 2, [
        ['a', 13],
        ['b', 2],
      ]),
    ).toThrow('13 is bad luck');
    expect(['a', 'b', 'c'].map((id) => site.get(id)!.seen)).toEqual([expect.any(Number), 2, 2]);
    expect(site.position).toBe(2);
  });
});

describe('saved bytes', () => {
  function filled(): Monitors {
    const site = new Monitors({ ...EAGER, maxValues: 4, only: /a|b/i, incidents: {}, budget: { perDay: 50 } });
    for (let t = 0; t < 14; t++)
      tick(
        site,
        t,
        IDS.slice(7, 9).map((id, p) => [id, (t * 5 + p) % 4]),
      );
    return site;
  }

  test('that are damaged anywhere or cut short are refused', async () => {
    const bytes = new Uint8Array(bytesOf(filled()));
    for (let bit = 0; bit < 8 * bytes.length; bit += 5) {
      const damaged = bytes.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      await expect(Monitors.load([damaged])).rejects.toThrow(RangeError);
    }
    for (let length = 0; length < bytes.length; length++) {
      await expect(Monitors.load([bytes.slice(0, length)])).rejects.toThrow(RangeError);
    }
    await expect(Monitors.load([bytes, bytes])).rejects.toThrow(RangeError);
    await expect(Monitors.load([])).rejects.toThrow(/got none/);
    await expect(Monitors.load([wrong('a')])).rejects.toThrow(TypeError);
  });

  test('are the same after they were loaded; every name is kept', async () => {
    const site = new Monitors(EAGER);
    tick(
      site,
      0,
      IDS.map((id, p) => [id, p]),
    );
    const again = await Monitors.load(site.save());
    expect([...again.ids()]).toEqual(IDS);
    expect(bytesOf(again).equals(bytesOf(site))).toBe(true);
    const empty = new Monitors();
    expect(bytesOf(await Monitors.load(empty.save())).equals(bytesOf(empty))).toBe(true);
  });

  test('hold no functions: these are given again, or their absence is an error', async () => {
    const site = new Monitors({ ...EAGER, only: () => true, incidents: { group: () => 'g' } });
    await expect(Monitors.load(site.save(), { group: () => 'g' })).rejects.toThrow(/only was a function.*\{ only \}/);
    await expect(Monitors.load(site.save(), { only: /a/ })).rejects.toThrow(
      /group was given.*load\(chunks, \{ group \}\)/,
    );
    await expect(Monitors.load(site.save(), wrong({ groups: 1 }))).rejects.toThrow(/groups is unknown/);
    const plain = new Monitors(EAGER);
    await expect(Monitors.load(plain.save(), { group: () => 'g' })).rejects.toThrow(/made without/);
    const quiet = await Monitors.load(filled().save(), { only: 'nobody' });
    expect(tick(quiet, 99, [['a', 999]]).alarms).toEqual([]);
  });

  test('are refused to be made while ticks go on', () => {
    const site = new Monitors(EAGER);
    const many = Array.from({ length: 100 }, (_, p): Given => [String(p), p]);
    tick(site, 0, many);
    for (const change of [() => tick(site, 1, many), () => site.evict('5'), () => site.reset()]) {
      const chunks = site.save();
      chunks.next();
      chunks.next();
      change();
      expect(() => chunks.next()).toThrow(/changed while they were saved/);
    }
  });
});
