import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CounterRate } from '../../../src/calibrate/looks/counter-rate.ts';
import { StateReader, StateWriter } from '../../../src/core/state.ts';

const values = fc.array(fc.oneof(fc.nat(50), fc.constant(NaN), fc.double({ min: 0, max: 1e12, noNaN: true })), {
  maxLength: 60,
});

/** The definition: the last value before that is there, and how many steps ago it was. */
function naiveRates(values: readonly number[]): number[] {
  return values.map((x, t) => {
    const p = values.slice(0, t).findLastIndex((y) => !Number.isNaN(y));
    if (p < 0) return NaN;
    const increase = x < values[p]! ? x : x - values[p]!;
    return increase / (t - p);
  });
}

function rates(counter: CounterRate, values: readonly number[]): number[] {
  return values.map((x) => counter.update(x));
}

function bytesOf(counter: CounterRate): Uint8Array {
  const state = new StateWriter('Rate', 1);
  counter.write(state);
  return state.finish();
}

describe('CounterRate', () => {
  test('is the increase; a value below the one before is the increase since a reset', () => {
    expect(rates(new CounterRate(), [10, 15, 15, 3, 4])).toEqual([NaN, 5, 0, 3, 1]);
  });

  test('spreads the increase over a gap on its steps', () => {
    expect(rates(new CounterRate(), [NaN, 10, NaN, NaN, 40, 41, NaN, 8])).toEqual([
      ...[NaN, NaN, NaN, NaN],
      ...[10, 1, NaN, 4],
    ]);
  });

  test('is its definition, and peek is what update says', () => {
    fc.assert(
      fc.property(values, (values) => {
        const counter = new CounterRate();
        const peeked = values.map((x) => {
          const before = bytesOf(counter);
          const rate = counter.peek(x);
          expect(bytesOf(counter)).toEqual(before);
          expect(counter.update(x)).toBe(rate);
          return rate;
        });
        expect(peeked).toEqual(naiveRates(values));
      }),
    );
  });

  test('the increases of a counter without gaps sum to what Prometheus says', () => {
    // prometheus/promql: last − first, plus the value before each reset.
    const series = [5, 9, 20, 3, 8, 8, 1, 100];
    const resets = series.filter((x, t) => t + 1 < series.length && series[t + 1]! < x);
    const increase = series.at(-1)! - series[0]! + resets.reduce((sum, x) => sum + x, 0);
    const sum = rates(new CounterRate(), series)
      .slice(1)
      .reduce((total, rate) => total + rate, 0);
    expect(sum).toBe(increase);
  });

  test('goes on when it is saved in the middle; reset() is a new one', () => {
    fc.assert(
      fc.property(values, fc.nat(60), (values, at) => {
        const counter = new CounterRate();
        rates(counter, values.slice(0, at));
        const state = new StateReader(bytesOf(counter), 'Rate', 1);
        const loaded = CounterRate.read(state);
        state.end();
        expect(rates(loaded, values.slice(at))).toEqual(rates(counter, values.slice(at)));
        counter.reset();
        expect(bytesOf(counter)).toEqual(bytesOf(new CounterRate()));
      }),
    );
  });

  test('a negative value is refused and changes nothing', () => {
    const counter = new CounterRate();
    counter.update(5);
    const error = new RangeError('rate needs a counter, which is at least 0, got -1: a gauge has rate: false');
    expect(() => counter.update(-1)).toThrow(error);
    expect(() => counter.peek(-1)).toThrow(error);
    expect(counter.update(7)).toBe(2);
  });
});
