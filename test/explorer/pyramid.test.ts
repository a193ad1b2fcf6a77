// Curves of the explorer's page against all values.
import { describe, expect, test } from 'vitest';
import { Pyramid } from '../../examples/explorer/view/pyramid.ts';
import { whiteNoise } from '../support/series.ts';

const values = Float64Array.from(whiteNoise(5003));
values[17] = NaN;
values.fill(NaN, 1000, 1500);
values[4000] = 1e9;
const pyramid = new Pyramid(values);

/** The extremes by looking at everything. */
function extremes(from: number, to: number): [number, number] {
  const known = [...values.subarray(from, to)].filter((x) => !Number.isNaN(x));
  return [Math.min(...known), Math.max(...known)];
}

describe('Pyramid', () => {
  test('the range of any part is that of its values', () => {
    for (let from = 0; from < values.length; from += 97) {
      for (const width of [1, 2, 15, 16, 17, 255, 256, 257, 3000]) {
        const to = Math.min(values.length, from + width);
        expect(pyramid.range(from, to), `${from} to ${to}`).toEqual(extremes(from, to));
      }
    }
  });

  test('few values are drawn as they are, with gaps where they are missing', () => {
    const { x, y } = pyramid.curve(10, 20, 100, (t) => 2 * t);
    expect(x).toEqual([20, 22, 24, 26, 28, 30, 32, 34, 36, 38]);
    expect(y).toEqual([...values.subarray(10, 20)].map((value) => (Number.isNaN(value) ? null : value)));
  });

  test('many values are drawn by the extremes of columns: no spike is lost, no hole is filled', () => {
    const { x, y } = pyramid.curve(0, values.length, 100, (t) => t);
    expect(x).toHaveLength(200);
    expect(Math.max(...y.map((value) => value ?? 0))).toBe(1e9);
    const inHole = x.flatMap((at, p) => (at > 1050 && at < 1440 ? [y[p]] : []));
    expect(inHole.length).toBeGreaterThan(4);
    expect(new Set(inHole)).toEqual(new Set([null]));
    for (let c = 0; c < 100; c++) {
      const [from, to] = [c, c + 1].map((at) => Math.floor((at * values.length) / 100)) as [number, number];
      const [low, high] = extremes(from, to);
      const drawn = [y[2 * c]!, y[2 * c + 1]!].sort((a, b) => Number(a) - Number(b));
      if (low <= high) expect(drawn).toEqual([low, high]);
    }
  });
});
