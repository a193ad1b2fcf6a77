import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Refractory } from '../../src/calibrate/incidents/refractory.ts';
import { checkContract } from '../contract.ts';

/** The definition: larger than every surprise of the last `hold` values. */
function naive(surprises: readonly number[], hold: number): number[] {
  return surprises.map((surprise, t) => {
    if (Number.isNaN(surprise)) return NaN;
    return surprises.slice(Math.max(0, t - hold), t).every((before) => !(before >= surprise)) ? surprise : 0;
  });
}

const surprises = fc.array(fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constant(NaN)), { maxLength: 60 });

test('update(surprise) is the definition, ties and missing values included', () => {
  fc.assert(
    fc.property(surprises, fc.integer({ min: 1, max: 8 }), (series, hold) => {
      expect(new Refractory({ hold }).learn(series)).toEqual(naive(series, hold));
    }),
    { numRuns: 500 },
  );
});

test('a loaded Refractory goes on as the saved one, and peek changes nothing', () => {
  fc.assert(
    fc.property(surprises, fc.nat(60), fc.integer({ min: 1, max: 8 }), (series, at, hold) => {
      const refractory = new Refractory({ hold });
      const before = refractory.learn(series.slice(0, at));
      const loaded = Refractory.load(refractory.save());
      const after = series.slice(at).map((surprise) => {
        loaded.peek(9);
        const peeked = loaded.peek(surprise);
        const emitted = loaded.update(surprise);
        expect(peeked).toBe(emitted);
        return emitted;
      });
      expect([...before, ...after]).toEqual(naive(series, hold));
    }),
  );
});

test('an escalating incident fires again, one that lasts does not', () => {
  const refractory = new Refractory();
  expect(refractory.learn([6, 6, 6, 7, 7, 5])).toEqual([6, 0, 0, 7, 0, 0]);
  refractory.reset();
  expect(refractory.update(1)).toBe(1);
});

test('update(surprise, { learn: false }) passes the time and leaves no mark', () => {
  const refractory = new Refractory({ hold: 2 });
  expect([5, 4, 4, 4].map((surprise) => refractory.update(surprise, { learn: surprise === 5 }))).toEqual([5, 0, 0, 4]);
});

test('a hold of the wrong kind or value is named', () => {
  expect(() => new Refractory({ hold: 0 })).toThrow(new RangeError('hold must be a positive integer, got 0'));
  expect(() => new Refractory({ held: 1 } as object)).toThrow(/options.held is unknown/);
  expect(() => new Refractory().update('7' as never)).toThrow(TypeError);
});

checkContract('Refractory', { create: () => new Refractory({ hold: 5 }), load: Refractory.load, memoryless: false });
