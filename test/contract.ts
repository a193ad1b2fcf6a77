// The checks that every streaming detector passes (after river's `river/checks`).

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Value } from '../src/core/series.ts';
import type { StreamingDetector } from '../src/core/streaming-detector.ts';
import { generators, paint, palettes } from './support/series.ts';

export interface ContractSubject {
  /** Makes a new detector, always the same one. */
  create: () => StreamingDetector;
  /** The `load` of its class. */
  load: (bytes: Uint8Array) => StreamingDetector;
  /** What it has learned is all of its state: what is not learned leaves no trace. Not so with windows. Default true. */
  memoryless?: boolean;
}

const nasty = fc
  .tuple(fc.constantFrom(...palettes), fc.array(fc.nat(1023), { maxLength: 120, size: 'max' }))
  .map(([palette, picks]) => Array.from(paint(palette, picks)));

function isMissing(x: Value): boolean {
  return typeof x !== 'number' || !(Math.abs(x) <= 2 ** 500);
}

/** Scores one by one. */
function updates(detector: StreamingDetector, series: readonly Value[]): number[] {
  return series.map((x) => detector.update(x));
}

/** Holds the detector to the contract of `StreamingDetector`. */
export function checkContract(name: string, { create, load, memoryless = true }: ContractSubject): void {
  const check = (property: (series: readonly Value[], at: number) => void, numRuns = 150): void => {
    const at = fc.nat(1000);
    fc.assert(
      fc.property(nasty, at, (series, at) => property(series, series.length === 0 ? 0 : at % series.length)),
      { seed: 17, numRuns },
    );
    for (const generate of Object.values(generators)) property(Array.from(generate(300, 2)), 137);
  };

  describe(`${name} as a StreamingDetector`, () => {
    test('learn(series) is update for each value, of whatever iterable, and the series stays as it is', () => {
      check((series) => {
        const before = [...series];
        const scores = create().learn(Object.freeze(series));
        expect(series).toEqual(before);
        expect(scores).toEqual(updates(create(), series));
        expect(create().learn(new Set(series).values())).toEqual(updates(create(), [...new Set(series)]));
      });
    });

    test('scores are numbers, NaN for missing values, and the same every time', () => {
      check((series) => {
        const scores = updates(create(), series);
        scores.forEach((score, t) => {
          expect(typeof score).toBe('number');
          if (isMissing(series[t])) expect(score).toBe(NaN);
          expect(Math.abs(score)).not.toBe(Infinity);
        });
        expect(updates(create(), series)).toEqual(scores);
      });
    });

    test('peek(x) is what update(x) returns, and changes nothing', () => {
      check((series, at) => {
        const [peeked, plain] = [create(), create()];
        series.forEach((x, t) => {
          const saved = t === at ? peeked.save() : undefined;
          for (const other of [1e9, -3, NaN, x]) peeked.peek(other);
          const score = peeked.peek(x);
          if (saved !== undefined) expect(peeked.save()).toEqual(saved);
          expect(peeked.update(x)).toBe(score);
          expect(score).toBe(plain.update(x));
        });
      });
    });

    test('reset() makes it as new', () => {
      check((series, at) => {
        const detector = create();
        detector.learn(series.slice(at));
        detector.reset();
        expect(detector.save()).toEqual(create().save());
        expect(detector.learn(series)).toEqual(create().learn(series));
      });
    });

    test('load(save()) goes on bit for bit, from any point, and saving changes nothing', () => {
      check((series, at) => {
        const detector = create();
        detector.learn(series.slice(0, at));
        const bytes = detector.save();
        const loaded = load(bytes);
        expect(loaded).toBeInstanceOf(detector.constructor);
        expect(loaded.save()).toEqual(bytes);
        const rest = series.slice(at);
        const scores = loaded.learn(rest);
        expect(scores).toEqual(detector.learn(rest));
        expect(scores).toEqual(create().learn(series).slice(at));
        expect(loaded.save()).toEqual(detector.save());
        loaded.reset();
        expect(loaded.save()).toEqual(create().save());
      });
    });

    test('the saved bytes are not touched later, and can be loaded from the middle of a buffer', () => {
      const detector = create();
      detector.learn(generators.spiky!(200));
      const bytes = detector.save();
      const copy = bytes.slice();
      const padded = new Uint8Array(bytes.length + 9);
      padded.set(bytes, 5);
      const loaded = load(padded.subarray(5, 5 + bytes.length));
      const rest = Array.from(generators.steps!(200));
      const scores = loaded.learn(rest);
      expect(detector.learn(rest)).toEqual(scores);
      expect(bytes).toEqual(copy);
      expect(load(bytes).learn(rest)).toEqual(scores);
    });

    test('every flipped bit, every truncation, an extension and other bytes are refused', () => {
      const detector = create();
      detector.learn([3, 1, 4, 1, 5]);
      const bytes = detector.save();
      const step = bytes.length <= 500 ? 1 : 13; // odd: bits in every place of a byte
      for (let bit = 0; bit < 8 * bytes.length; bit += step) {
        const damaged = bytes.slice();
        damaged[bit >> 3]! ^= 1 << (bit & 7);
        expect(() => load(damaged), `bit ${bit}`).toThrow(RangeError);
      }
      for (let length = 0; length < bytes.length; length++) {
        expect(() => load(bytes.subarray(0, length)), `${length} bytes`).toThrow(RangeError);
      }
      expect(() => load(Uint8Array.of(...bytes, 0))).toThrow(RangeError);
      for (const wrong of [undefined, null, 'KNNA', [...bytes], bytes.buffer]) {
        expect(() => load(wrong as never)).toThrow(TypeError);
      }
    });

    test('missing values, alone or in long rows, never poison it', () => {
      const detector = create();
      expect(updates(detector, [NaN, null, undefined, Infinity, -Infinity, 1e200])).toEqual(new Array(6).fill(NaN));
      const x = Array.from(generators.serverMetric!(600));
      detector.learn(x.slice(0, 300));
      detector.learn(new Array(100).fill(null));
      const scores = detector.learn(x.slice(300));
      expect(scores.slice(100).every(Number.isFinite)).toBe(true);
    });

    test('learn: false scores as before and leaves the memory as it is', () => {
      check((series, at) => {
        const detector = create();
        detector.learn(series.slice(0, at));
        const bytes = detector.save();
        for (const x of series.slice(at)) {
          const peeked = detector.peek(x);
          expect(detector.update(x, { learn: false })).toBe(peeked);
        }
        const before = load(bytes);
        if (memoryless) for (const x of series) expect(detector.peek(x)).toBe(before.peek(x));
        expect(create().update(1, { learn: true })).toBe(create().update(1, {}));
      });
    });

    test('what is neither a number nor missing is a TypeError, and leaves it as it was', () => {
      const detector = create();
      detector.learn([1, 2, 3, 2, 1]);
      const bytes = detector.save();
      for (const wrong of ['3', '', 10n, {}, [], [3], true, Symbol('x'), () => 3, new Date(0)]) {
        expect(() => detector.update(wrong as never)).toThrow(TypeError);
        expect(() => detector.update(wrong as never, { learn: false })).toThrow(TypeError);
        expect(() => detector.peek(wrong as never)).toThrow(TypeError);
        expect(detector.save()).toEqual(bytes);
      }
      for (const wrong of [undefined, null, 5, {}]) expect(() => detector.learn(wrong as never)).toThrow(TypeError);
      expect(detector.save()).toEqual(bytes);
      expect(() => detector.learn([7, '8' as never])).toThrow(TypeError);
    });
  });
}
