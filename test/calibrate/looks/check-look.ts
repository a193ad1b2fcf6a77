// The checks that every look passes.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Look } from '../../../src/calibrate/looks/look.ts';
import { StateReader, StateWriter } from '../../../src/core/state.ts';

/** A value with its time, and whether it is learned. */
export interface Step {
  readonly x: number;
  readonly learn: boolean;
  readonly time: number;
}

/** Steps of a few minutes up to hours, with runs of equal and of missing values. */
export const steps: fc.Arbitrary<Step[]> = fc
  .array(
    fc.record({
      x: fc.oneof(
        { weight: 4, arbitrary: fc.integer({ min: 0, max: 3 }) },
        { weight: 2, arbitrary: fc.constant(NaN) },
        fc.integer({ min: -8e6, max: 8e6 }).map((n) => n / 8),
      ),
      learn: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
      minutes: fc.oneof(fc.constant(20), fc.integer({ min: 1, max: 900 })),
      times: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 30 })),
    }),
    { maxLength: 60, size: 'max' },
  )
  .map((blocks) => {
    let time = Date.UTC(2024, 9, 26);
    return blocks.flatMap(({ x, learn, minutes, times }) =>
      Array.from({ length: times }, () => ({ x, learn, time: (time += minutes * 60_000) })),
    );
  });

/** The state of a look as bytes. */
export function bytesOf(look: Look): Uint8Array {
  const state = new StateWriter('Look', 1);
  look.write(state);
  return state.finish();
}

/** Holds a look to what `Look` says. */
export function checkLook(title: string, create: () => Look, read: (state: StateReader) => Look): void {
  const load = (bytes: Uint8Array): Look => {
    const state = new StateReader(bytes, 'Look', 1);
    const look = read(state);
    state.end();
    return look;
  };
  const run = (look: Look, series: readonly Step[]): unknown[] =>
    series.map(({ x, learn, time }) => [look.update(x, learn, time), look.says]);

  describe(`${title} as a Look`, () => {
    test('peek says what update will, and changes nothing', () => {
      fc.assert(
        fc.property(steps, (series) => {
          const look = create();
          for (const { x, learn, time } of series) {
            const before = bytesOf(look);
            const peeked = look.peek(x, time);
            expect(Buffer.compare(bytesOf(look), before)).toBe(0);
            expect(look.update(x, learn, time)).toBe(peeked);
            expect(Number.isFinite(peeked)).toBe(true);
          }
        }),
        { seed: 5, numRuns: 60 },
      );
    });

    test('goes on bit for bit when it is saved in the middle', () => {
      fc.assert(
        fc.property(steps, fc.nat(500), (series, at) => {
          const cut = series.length === 0 ? 0 : at % series.length;
          const look = create();
          run(look, series.slice(0, cut));
          const loaded = load(bytesOf(look));
          expect([loaded.name, loaded.threshold, loaded.says]).toEqual([look.name, look.threshold, look.says]);
          expect(run(loaded, series.slice(cut))).toEqual(run(look, series.slice(cut)));
          expect(bytesOf(loaded)).toEqual(bytesOf(look));
        }),
        { seed: 6, numRuns: 150 },
      );
    });

    test('reset() is a new look', () => {
      fc.assert(
        fc.property(steps, (series) => {
          const look = create();
          run(look, series);
          look.reset();
          expect(bytesOf(look)).toEqual(bytesOf(create()));
          expect(look.says).toBe('');
        }),
        { seed: 7, numRuns: 30 },
      );
    });
  });
}
