// shardOf: fixed for ever, as shards of files depend on it.
import { expect, test } from 'vitest';
import { shardOf } from '../../../src/calibrate.ts';

/** FNV-1a and the finalizer of MurmurHash3 once more, with integers of any size. */
function naive(id: string, numShards: number): number {
  const mask = 0xffffffffn;
  let hash = 0x811c9dc5n;
  for (const byte of Buffer.from(id, 'utf8')) hash = ((hash ^ BigInt(byte)) * 0x01000193n) & mask;
  hash = ((hash ^ (hash >> 16n)) * 0x85ebca6bn) & mask;
  hash = ((hash ^ (hash >> 13n)) * 0xc2b2ae35n) & mask;
  return Number((hash ^ (hash >> 16n)) % BigInt(numShards));
}

test('shardOf(id, numShards) has these values in every version', () => {
  const fixed = { '': 11, 'web-1/cpu': 13, 'web-2/cpu': 53, größe: 60, '😀': 10 };
  for (const [id, shard] of Object.entries(fixed)) expect(shardOf(id, 64), id).toBe(shard);
  expect(shardOf('__proto__', 64)).toBe(43);
  expect(shardOf('web-1/cpu', 2 ** 32)).toBe(3712545613);
  expect(shardOf('anything', 1)).toBe(0);
});

test('shardOf(id, numShards) is FNV-1a, mixed', () => {
  for (let p = 0; p < 500; p++) {
    const id = `${'größe😀'.slice(0, p % 8)}${p}`;
    for (const numShards of [1, 2, 7, 64, 1000, 2 ** 32]) expect(shardOf(id, numShards)).toBe(naive(id, numShards));
  }
});

test('shards are of nearly equal size, also where names differ in a digit that they hold twice', () => {
  for (const numShards of [2, 16, 64]) {
    const counts = new Array<number>(numShards).fill(0);
    for (let p = 0; p < 100 * numShards; p++) counts[shardOf(`host-${p}/cpu{instance="${p}"}`, numShards)]!++;
    const chiSquare = counts.reduce((sum, count) => sum + (count - 100) ** 2 / 100, 0);
    expect(chiSquare).toBeLessThan(numShards + 5 * Math.sqrt(2 * numShards));
  }
});

test('shardOf(id, numShards) names wrong arguments', () => {
  expect(() => shardOf(5 as never, 2)).toThrow(new TypeError('id must be a string, got number 5'));
  expect(() => shardOf('a', 0)).toThrow(new RangeError('numShards must be a positive integer, got 0'));
  expect(() => shardOf('a', '2' as never)).toThrow(TypeError);
});
