import { expect, test } from 'vitest';
import { Random } from '../../src/core/random.ts';

test('next() is xoshiro128**: the published outputs from the state 1, 2, 3, 4', () => {
  const random = new Random(0);
  random.state = [1, 2, 3, 4];
  const published = [
    11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
  ];
  expect(published.map(() => random.next())).toEqual(published);
});

test('every seed is a stream of its own, and the same one every time', () => {
  const seeds = [0, 1, 2, -1, -2, 2 ** 32, 2 ** 32 + 1, -(2 ** 32), 2 ** 53 - 1, 1 - 2 ** 53, -0x9e3779b9, 0x61c88647];
  const states = seeds.map((seed) => new Random(seed).state.join());
  expect(new Set(states).size).toBe(seeds.length);
  expect(states).not.toContain('0,0,0,0');
  const draws = (seed: number) => [new Random(seed)].flatMap((random) => [random.next(), random.next()]);
  const firsts = Array.from({ length: 1000 }, (_, seed) => draws(seed)[0]!);
  expect(new Set(firsts).size).toBeGreaterThan(990); // close seeds differ from the first number on
  expect(Math.abs(firsts.reduce((sum, x) => sum + x, 0) / 1000 / 2 ** 32 - 0.5)).toBeLessThan(0.04); // 4 deviations
  // Transcribed in Python, with integers of any size.
  expect(draws(1)).toEqual([3744230918, 341234330]);
  expect(draws(1 - 2 ** 53)).toEqual([3995399742, 1455154090]);
});

test('below(n) is in range and uniform, for n beyond 2^32, too', () => {
  const random = new Random(5);
  expect(random.below(1)).toBe(0);
  for (const n of [2, 3, 5, 64, 65, 1000, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 3 * 2 ** 40, 2 ** 53]) {
    const bins = Math.min(n, 10);
    const counts = new Array<number>(bins).fill(0);
    for (let i = 0; i < 20_000; i++) {
      const draw = random.below(n);
      if (!(Number.isInteger(draw) && draw >= 0 && draw < n)) expect.fail(`${draw} is not below ${n}`);
      counts[Math.floor((draw / n) * bins)]!++;
    }
    let chi2 = 0;
    counts.forEach((count, b) => {
      const share = (Math.ceil(((b + 1) * n) / bins) - Math.ceil((b * n) / bins)) / n;
      chi2 += (count - 20_000 * share) ** 2 / (20_000 * share);
    });
    expect(chi2, `n = ${n}`).toBeLessThan(35); // 9 degrees of freedom: beyond 35 once in 17 000
  }
});
