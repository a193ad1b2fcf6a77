import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ValueCover } from '../../src/calibrate/rules/value-cover.ts';
import { StateReader, StateWriter } from '../../src/core/state.ts';
import { mulberry32, whiteNoise } from '../support/series.ts';

/** The same rule written out: sort, and look at every hole. */
class NaiveCover {
  kept: { value: number; time: number }[] = [];
  readonly maxValues: number;

  constructor(maxValues: number) {
    this.maxValues = maxValues;
  }

  keep(value: number, time: number): void {
    const known = this.kept.find((one) => one.value === value);
    if (known) {
      known.time = time;
      return;
    }
    this.kept = [...this.kept, { value: value + 0, time }].sort((a, b) => a.value - b.value);
    if (this.kept.length <= this.maxValues) return;
    const holes = this.kept.slice(1, -1).map((_, p) => this.kept[p + 2]!.value - this.kept[p]!.value);
    this.kept.splice(1 + holes.indexOf(Math.min(...holes)), 1);
  }
}

function entriesOf(cover: ValueCover): { value: number; time: number }[] {
  const entries: { value: number; time: number }[] = [];
  cover.forEach((value, time) => {
    entries.push({ value, time });
  });
  return entries;
}

const values = fc.array(fc.oneof(fc.integer({ min: -20, max: 20 }), fc.double({ min: -100, max: 100, noNaN: true })), {
  maxLength: 120,
});

describe('ValueCover', () => {
  test('keeps what the rule says, with the latest times', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 2, max: 12 }), (series, maxValues) => {
        const cover = new ValueCover(maxValues);
        const naive = new NaiveCover(maxValues);
        for (const [time, value] of series.entries()) {
          cover.keep(value, time);
          naive.keep(value, time);
        }
        expect(entriesOf(cover)).toEqual(naive.kept);
      }),
      { numRuns: 500 },
    );
  });

  test('keeps what the rule says of long series, ties and records included', () => {
    const random = mulberry32(5);
    const kinds = [
      () => random(),
      () => Math.round(60 * random()),
      (t: number) => Math.round(40 * Math.sin(t / 30) + 8 * random()) / 4,
      (t: number) => t * (random() - 0.5),
      (t: number) => 100 * Math.sin(t / 50) + random() ** 8,
    ];
    for (const kind of kinds) {
      for (const maxValues of [2, 3, 4, 7, 40]) {
        const cover = new ValueCover(maxValues);
        const naive = new NaiveCover(maxValues);
        for (let time = 0; time < 1500; time++) {
          const value = kind(time);
          cover.keep(value, time);
          naive.keep(value, time);
          const kept = naive.kept.map((one) => one.value);
          expect(entriesOf(cover).map((one) => one.value)).toEqual(kept);
        }
        expect(entriesOf(cover)).toEqual(naive.kept);
      }
    }
  });

  test('never says a distance below that to the nearest past value, nor above it by more than R/(maxValues − 1)', () => {
    fc.assert(
      fc.property(
        values,
        fc.integer({ min: 2, max: 30 }),
        fc.double({ min: -120, max: 120, noNaN: true }),
        (past, m, x) => {
          fc.pre(past.length > 0);
          const cover = new ValueCover(m);
          for (const [time, value] of past.entries()) cover.keep(value, time);
          const exact = Math.min(...past.map((value) => Math.abs(value - x)));
          const range = Math.max(...past) - Math.min(...past);
          expect(cover.distance(x)).toBeGreaterThanOrEqual(exact * (1 - 1e-15) - 1e-150);
          expect(cover.distance(x)).toBeLessThanOrEqual(exact + range / (m - 1) + 1e-9);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('keeps the smallest and the largest value of the past for ever', () => {
    const cover = new ValueCover(300);
    const random = mulberry32(8);
    let [smallest, largest] = [Infinity, -Infinity];
    for (let time = 0; time < 50_000; time++) {
      const value = random() < 0.001 ? 1000 * (random() - 0.5) : random();
      smallest = Math.min(smallest, value);
      largest = Math.max(largest, value);
      cover.keep(value, time);
    }
    expect([cover.distance(smallest), cover.distance(largest), cover.size]).toEqual([0, 0, 300]);
    expect(cover.bytes).toBe(12 * 300);
  });

  test('knows times of more than 32 bits, before and after it grows and in a copy of its bytes', () => {
    const start = 2 ** 32 - 30;
    const cover = new ValueCover(100);
    const naive = new NaiveCover(100);
    const random = mulberry32(3);
    for (let time = start; time < start + 400; time++) {
      const value = Math.round(500 * random());
      cover.keep(value, time);
      naive.keep(value, time);
      expect(entriesOf(cover)).toEqual(naive.kept);
    }
    const state = new StateWriter('Test', 1);
    cover.write(state);
    expect(entriesOf(ValueCover.read(new StateReader(state.finish(), 'Test', 1), 100))).toEqual(naive.kept);
  });

  test('a copy of its bytes goes on the same', () => {
    const series = whiteNoise(3000);
    const cover = new ValueCover(50);
    for (let t = 0; t < 2000; t++) cover.keep(series[t]!, t);
    const state = new StateWriter('Test', 1);
    cover.write(state);
    const bytes = state.finish();
    expect(bytes.length).toBeLessThan(50 * 11 + 60);
    const copy = ValueCover.read(new StateReader(bytes, 'Test', 1), 50);
    for (let t = 2000; t < 3000; t++) {
      expect(copy.distance(series[t]!)).toBe(cover.distance(series[t]!));
      copy.keep(series[t]!, t);
      cover.keep(series[t]!, t);
    }
    expect(entriesOf(copy)).toEqual(entriesOf(cover));
  });
});
