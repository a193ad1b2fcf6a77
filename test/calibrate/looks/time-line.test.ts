import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TimeLine } from '../../../src/calibrate/looks/time-line.ts';
import { StateReader, StateWriter } from '../../../src/core/state.ts';
import { mulberry32 } from '../../support/series.ts';

const MINUTE = 60_000;
const START = Date.UTC(2024, 0, 1);

/** Times in order: regular stretches, gaps, jitter, duplicates, values without a time, irregular ones. */
const times = fc
  .array(
    fc.record({
      gap: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 1e8 })),
      step: fc.constantFrom(0, 1, 1000, MINUTE, 3_600_000, 0.125),
      jitter: fc.constantFrom(0, 0, 100, 20_000),
      count: fc.integer({ min: 1, max: 40 }),
      seed: fc.nat(),
      isKnown: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
    }),
    { maxLength: 40 },
  )
  .map((stretches) => {
    let time = START;
    return stretches.flatMap(({ gap, step, jitter, count, seed, isKnown }) => {
      const random = mulberry32(seed);
      time += gap;
      return Array.from({ length: count }, () => {
        time += step + Math.floor(jitter * random());
        return isKnown ? time : NaN;
      });
    });
  });

function lineOf(times: Iterable<number>): TimeLine {
  const line = new TimeLine();
  for (const time of times) line.update(time);
  return line;
}

function bytesOf(line: TimeLine): Uint8Array {
  const state = new StateWriter('TimeLine', 1);
  line.write(state);
  return state.finish();
}

describe('TimeLine', () => {
  test('regular times are one segment and exact', () => {
    const line = lineOf(Array.from({ length: 100_000 }, (_, t) => START + t * MINUTE));
    expect([line.numSegments, line.count]).toEqual([1, 100_000]);
    for (const index of [0, 1, 777, 99_999]) {
      expect(line.timeOf(index)).toBe(START + index * MINUTE);
      expect(line.isExact(index)).toBe(true);
    }
    expect([line.timeOf(100_000), line.timeOf(-1), line.timeOf(NaN)]).toEqual([NaN, NaN, NaN]);
    expect([line.errorOf(100_000), line.isExact(100_000)]).toEqual([NaN, false]);
  });

  test('63 gaps leave all times exact; with more the oldest are no longer', () => {
    const given = Array.from({ length: 10_000 }, (_, t) => START + t * MINUTE + Math.floor(t / 100) * 7e6);
    const line = lineOf(given.slice(0, 6400));
    expect(line.numSegments).toBe(64);
    expect(given.slice(0, 6400).every((time, t) => line.timeOf(t) === time && line.isExact(t))).toBe(true);
    for (const time of given.slice(6400)) line.update(time);
    expect(line.numSegments).toBe(64);
    given.forEach((time, t) => {
      if (t >= 3700) expect([line.timeOf(t), line.isExact(t)]).toEqual([time, true]);
      else expect(Math.abs(line.timeOf(t) - time)).toBeLessThanOrEqual(line.errorOf(t));
    });
    expect(line.isExact(200)).toBe(false);
  });

  test('times that jitter by less than half a second are one segment, off by at most that', () => {
    const random = mulberry32(1);
    const given = Array.from({ length: 50_000 }, (_, t) => START + t * 15_000 + Math.floor(450 * random()));
    const line = lineOf(given);
    expect(line.numSegments).toBe(1);
    expect(Math.max(...given.map((time, t) => Math.abs(line.timeOf(t) - time)))).toBeLessThanOrEqual(500.01);
    expect(line.errorOf(7)).toBeGreaterThanOrEqual(500);
    expect(line.isExact(7)).toBe(false);
  });

  test('errorOf is how far times may be off, and what is exact has the bits that were given', () => {
    fc.assert(
      fc.property(times, (times) => {
        const line = lineOf(times);
        expect(line.numSegments).toBeLessThanOrEqual(64);
        const last = times.findLastIndex((time) => !Number.isNaN(time));
        const first = times.findIndex((time) => !Number.isNaN(time));
        times.forEach((time, t) => {
          const found = line.timeOf(t);
          if (t < first || t > last) expect([found, line.errorOf(t)]).toEqual([NaN, NaN]);
          else if (!Number.isNaN(time)) expect(Math.abs(found - time)).toBeLessThanOrEqual(line.errorOf(t));
          else expect(Number.isFinite(found)).toBe(true);
        });
      }),
      { seed: 4, numRuns: 500 },
    );
  });

  test('goes on bit for bit when it is saved in the middle; reset() is a new one', () => {
    fc.assert(
      fc.property(times, fc.nat(1000), (times, at) => {
        const line = lineOf(times.slice(0, at));
        const state = new StateReader(bytesOf(line), 'TimeLine', 1);
        const loaded = TimeLine.read(state);
        state.end();
        for (const time of times.slice(at)) {
          line.update(time);
          loaded.update(time);
        }
        expect(bytesOf(loaded)).toEqual(bytesOf(line));
        expect(times.map((_, t) => loaded.timeOf(t))).toEqual(times.map((_, t) => line.timeOf(t)));
        line.reset();
        expect(bytesOf(line)).toEqual(bytesOf(new TimeLine()));
      }),
      { seed: 5 },
    );
  });

  test('a time that goes back is refused and changes nothing', () => {
    const line = lineOf([START, START + MINUTE]);
    const before = bytesOf(line);
    expect(() => line.update(START)).toThrow(
      new RangeError(`time must not go back, got ${START} after ${START + MINUTE}: give values in the order of time`),
    );
    const expectation = 'time must be a number of milliseconds since 1970, or NaN, got';
    expect(() => line.update(Infinity)).toThrow(new RangeError(`${expectation} Infinity`));
    expect(() => line.update('1' as never)).toThrow(new TypeError(`${expectation} string "1"`));
    expect(bytesOf(line)).toEqual(before);
  });
});
