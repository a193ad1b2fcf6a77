// Which shard a series belongs to: a stable hash of its name.
import { checkInteger, describe } from '../../core/checks.ts';

/** FNV-1a, 32 bits (Fowler, Noll and Vo): its first value and its prime. */
const OFFSET_BASIS = 0x811c9dc5;
const PRIME = 0x01000193;

const encoder = new TextEncoder();

/**
 * The shard of a series: an integer from 0 to `numShards` − 1 that depends on the name and `numShards` alone, and never changes
 * from version to version. FNV-1a (32 bits) of the UTF-8 bytes of the name, mixed by the finalizer of MurmurHash3, modulo
 * `numShards`. O(length of the name).
 *
 * @param id the name; half of a surrogate pair counts as U+FFFD
 * @param numShards at least 1
 * @throws TypeError for a wrong kind, RangeError for a `numShards` that is no positive integer
 *
 * @example
 * shardOf('web-1/cpu', 64); // => 13
 * shardOf('web-2/cpu', 64); // => 53
 */
export function shardOf(id: string, numShards: number): number {
  if (typeof id !== 'string') throw new TypeError(`id must be a string, got ${describe(id)}`);
  checkInteger(numShards, 'numShards', 1);
  let hash = OFFSET_BASIS;
  for (const byte of encoder.encode(id)) hash = Math.imul(hash ^ byte, PRIME);
  // The lowest bit of FNV-1a is the parity of the lowest bits of the bytes, so shards would be empty without mixing.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % numShards;
}
