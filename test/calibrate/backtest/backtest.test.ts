import { describe, expect, test } from 'vitest';
import { alarmSentence } from '../../../src/calibrate/monitors/alarm-sentence.ts';
import { backtest, type MonitorOptions, monitor } from '../../../src/calibrate.ts';
import { ChangeFinder, type StreamingDetector, StreamingKNN } from '../../../src/index.ts';
import { mulberry32, normal } from '../../support/series.ts';

function series(n: number, seed: number): number[] {
  const random = mulberry32(seed);
  return Array.from({ length: n }, (_, t) => 50 + 10 * Math.sin(t / 30) + normal(random) + (t % 700 === 650 ? 40 : 0));
}

describe('backtest()', () => {
  test.each<Omit<MonitorOptions, 'detector'>>([{}, { preset: 'novelty' }, { repeat: 'always' }, { direction: 'up' }])(
    'has the bits of the live monitor, of %j',
    (options) => {
      const values = series(2500, 1);
      const { emitted, incidents, low, high, expected } = backtest(values, { ...options, band: true });
      const live = monitor(options);
      const told = [];
      for (const [t, x] of values.entries()) {
        if (t % 50 === 0) expect([expected![t], low![t], high![t]]).toEqual([live.expected, live.low, live.high]);
        expect(live.update(x)).toBe(emitted[t]);
        if (live.last.event === 'begin') told.push(t);
      }
      expect(incidents.map(({ begin }) => begin)).toEqual(told);
      expect(incidents.at(-1)).toEqual(live.last.incident);
    },
  );

  test('explains the alarms of a detector as a monitor does', () => {
    const values = Array.from({ length: 500 }, (_, t) => (t === 450 ? 95 : 20 + ((t * 37) % 11)));
    const textsOf = (make: () => StreamingDetector): [string[], string[]] => {
      const live = monitor({ detector: make() });
      const texts: string[] = [];
      for (const x of values) {
        live.update(x);
        if (live.last.event === 'begin') texts.push('');
        if (live.last.alarm) texts[texts.length - 1] = alarmSentence(live, x, String(live.seen - 1));
      }
      return [
        backtest(values, { detector: make })
          .worst.map(({ text }) => text)
          .sort(),
        texts.sort(),
      ];
    };
    const [texts, live] = textsOf(() => new StreamingKNN(3, 2));
    expect(texts).toEqual(live);
    expect(texts.find((text) => text.startsWith('95'))).toMatch(
      /^95 at 450 ends 3 values that are [\d.]+ from the most similar ones; .* was expected, /,
    );
    const [others, alive] = textsOf(() => new ChangeFinder(2, 0.05, 2, 0.05, 5));
    expect(others).toEqual(alive);
    expect(others.find((text) => text.startsWith('95'))).toMatch(
      /^95 at 450 ends a window with the score [\d.]+: surprise [\d.]+$/,
    );
  });

  test('takes a function that makes a detector, a fresh one for each run', () => {
    const values = series(900, 4);
    let numMade = 0;
    const detector = (): StreamingKNN => {
      numMade++;
      return new StreamingKNN(4, 2, { history: 300 });
    };
    const { emitted, counts } = backtest(values, { detector, thresholds: [3, 5] });
    expect(numMade).toBe(4); // one that is looked at for its threshold, one run, one for each threshold
    const live = monitor({ detector: new StreamingKNN(4, 2, { history: 300 }) });
    expect(Array.from(emitted)).toEqual(values.map((x) => live.update(x)));
    for (const { threshold, alarms } of counts) {
      const one = monitor({ detector: new StreamingKNN(4, 2, { history: 300 }), threshold });
      const isAlarm = (x: number): boolean => {
        one.update(x);
        return one.last.alarm;
      };
      expect(alarms).toBe(values.filter(isAlarm).length);
    }
    expect(() => backtest(values, { detector: detector() as never })).toThrow(
      /^detector must be a function that makes a detector, such as .*each from the start; got /,
    );
  });

  test('of a part is the beginning of that of the whole', () => {
    const values = series(3000, 2);
    const whole = backtest(values);
    for (const n of [0, 100, 1777]) {
      const part = backtest(values.slice(0, n));
      expect(part.emitted).toEqual(whole.emitted.slice(0, n));
      expect(part.incidents.length).toBe(whole.incidents.filter(({ begin }) => begin < n).length);
    }
  });

  test('counts what other thresholds mean, and finds the one for a budget', () => {
    const values = series(6 * 1440, 3);
    const { counts, days, suggested } = backtest(values, { thresholds: [2, 4, 30], perDay: 1 });
    expect(days).toBe(6);
    for (const { threshold, incidents, alarms, perDay } of counts) {
      const live = monitor({ threshold });
      let [numIncidents, numAlarms] = [0, 0];
      for (const x of values) {
        live.update(x);
        if (live.last.event === 'begin') numIncidents++;
        if (live.last.alarm) numAlarms++;
      }
      expect([incidents, alarms, perDay]).toEqual([numIncidents, numAlarms, numAlarms / 6]);
    }
    expect(suggested!.perDay).toBeLessThanOrEqual(1);
    expect(suggested!.perDay).toBeGreaterThan(0.3);
  });

  test('explains the worst incidents, with times where there are times', () => {
    const values = series(3000, 4);
    const times = values.map((_, t) => new Date(Date.UTC(2026, 0, 1) + t * 600_000));
    const { worst, incidents, days } = backtest({ values, times }, { worst: 2 });
    expect(days).toBeCloseTo(3000 / 144, 6);
    expect(worst).toHaveLength(2);
    expect(worst[0]!.incident.worst).toBe(Math.max(...incidents.map((one) => one.worst)));
    expect(worst[0]!.text).toContain('2026-01-');
  });

  test('bad arguments are named', () => {
    expect(() => backtest([1, 2], { perDay: 0 })).toThrow('perDay must be a number above 0, got 0');
    expect(() => backtest([1, 2], { thresholds: [4, Number.NaN] })).toThrow('thresholds[1] must be a number above 0');
    expect(() => backtest([1, 2], { worst: -1 })).toThrow('worst must be a non-negative integer, got -1');
    expect(() => backtest([1, 2], { treshold: 3 } as object)).toThrow('options.treshold is unknown');
    expect(() => backtest({ values: [1, 2], times: [1] })).toThrow('times must have one entry per value');
    expect(() => backtest({ values: [1, 2], times: [2, 2] })).toThrow('times must ascend, got 2 at index 1');
    expect(() => backtest('abc' as never)).toThrow(TypeError);
  });
});
