// Numbers that are read: what is reserved for them changes where they lie, not what they are.
import { expect, test } from 'vitest';
import { Numbers } from '../../src/cli/input/columns.ts';

test('reserve keeps the numbers, and more of them than were expected find their place', () => {
  const numbers = new Numbers();
  const want: number[] = [];
  for (let i = 0; i < 20_000; i++) {
    if (i % 3000 === 7) numbers.reserve(2 * i);
    numbers.push(i / 3);
    want.push(i / 3);
  }
  numbers.reserve(10);
  expect([...numbers.toArray()]).toEqual(want);
});

test('reserve of a number for which there is no memory leaves the numbers as they are', () => {
  const numbers = new Numbers();
  for (let i = 0; i < 5; i++) numbers.push(i);
  numbers.reserve(2 ** 50);
  for (let i = 5; i < 5000; i++) numbers.push(i);
  expect([...numbers.toArray()]).toEqual(Array.from({ length: 5000 }, (_, i) => i));
});
