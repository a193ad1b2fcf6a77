// Group prefetching (Chen, Ailamaki, Gibbons & Mowry 2007): what a value touches of many monitors is read some monitors at a time.
import type { Monitor } from '../monitors/monitor.ts';

/** Monitors of a group: what they touch fits a cache of 256 KB. */
export const GROUP = 32;

/** So many monitors stay in the cache from tick to tick by themselves. */
const FEW = 256;

/**
 * Reads what the next values of these members will touch. What a monitor reads depends on what it read before, so where it is not
 * in the cache, it waits for one line of memory after the other: 149 ns each on a machine where a hot value costs 2 µs. Reads
 * that do not depend on each other are under way together, at 8 ns each.
 */
export function prefetch(members: readonly { readonly monitor: Monitor }[], from: number, to: number): void {
  if (members.length <= FEW) return;
  let sum = 0;
  for (let p = from; p < to; p++) sum += members[p]!.monitor.touch();
  KEPT[0] = sum;
}

/** Reads whose sum nobody keeps would be optimized away. */
const KEPT = new Float64Array(1);
