// The producer's side: a tick of all series, divided among the shards.
import { shardOf } from '../calibrate/fleet/shard-of.ts';
import { checkInteger, describe } from '../core/checks.ts';
import { toFloat64, type Value } from '../core/series.ts';
import type { TickLog } from './log/tick-log.ts';
import { encodeIds, tickFields } from './tick-fields.ts';

/** What {@link append} did. */
export interface AppendResult {
  /** Shards that took the tick. */
  readonly appended: number;
  /** Shards that had it, or a later one, already. */
  readonly repeated: number;
}

/** Names divided among shards. */
interface Division {
  readonly ids: readonly string[];
  readonly shards: number;
  /** Per shard: which of the names are its own, and their bytes. */
  readonly parts: readonly { readonly members: Int32Array; readonly ids: Uint8Array }[];
}

/** The division of the last tick of each log: most ticks have the names of the one before. */
const divisions = new WeakMap<TickLog, Division>();

/**
 * Appends one step of all series to the log: each shard gets the values of its series, or an empty tick, so that a known series that is
 * not named gets a missing value there. A shard that has this time or a later one refuses it, so a tick may be sent again.
 *
 * One producer per log is what is supported. After an error, and when it starts, it sends all ticks again that come after
 * `resumeFrom(log, shards)`: then none is missing, whatever was killed.
 *
 * @param shards the number of shards, the same for all producers and workers of the log for ever; 64 to 1024, and at least 16 times
 * as many as workers
 * @param time the time of the step: a date, or a positive integer such as milliseconds since 1970; above that of the step before
 * @param ids names, one per value, each at most once, without line feeds
 * @param values `null`, `undefined`, NaN, ±Infinity and |x| > 2⁵⁰⁰ are missing
 * @throws TypeError for a wrong kind, RangeError for a wrong value; nothing is sent then. Rejects with the log's error when that fails:
 * some shards may have the tick
 *
 * @example
 * const log = redisLog('redis://127.0.0.1:6379');
 * async function send(time: Date, ids: string[], values: number[]): Promise<void> {
 *   const { appended } = await append(log, 64, time, ids, values);
 *   if (appended === 0) console.log('was there already');
 * }
 * await log.close();
 */
export async function append(
  log: TickLog,
  shards: number,
  time: number | Date,
  ids: readonly string[],
  values: ArrayLike<Value>,
): Promise<AppendResult> {
  checkInteger(shards, 'shards', 1);
  const position = checkedPosition(time);
  const given = toFloat64(values, 'values');
  if (!Array.isArray(ids)) throw new TypeError(`ids must be an array of names, got ${describe(ids)}`);
  if (ids.length !== given.length) {
    throw new RangeError(`ids must be as many as values, got ${ids.length} and ${given.length}`);
  }
  const { parts } = divisionOf(log, ids, shards);
  const taken = await Promise.all(
    parts.map((part, shard) => {
      const own = Float64Array.from(part.members, (p) => given[p]!);
      return log.append('in', shard, position, tickFields(part.ids, own, shards));
    }),
  );
  const appended = taken.filter(Boolean).length;
  return { appended, repeated: shards - appended };
}

/**
 * The time of the last tick that all shards have; 0 if there is none. Ticks that come after it have to be sent, again if they were sent
 * before: some shards may lack them, because a producer was killed in between or the log lost its end.
 */
export async function resumeFrom(log: TickLog, shards: number): Promise<number> {
  checkInteger(shards, 'shards', 1);
  const tops = await Promise.all(Array.from({ length: shards }, (_, shard) => log.top('in', shard)));
  return Math.min(...tops);
}

function checkedPosition(time: unknown): number {
  const position = time instanceof Date ? time.getTime() : time;
  const expectation = 'time must be a date or a positive integer, such as milliseconds since 1970';
  if (typeof position !== 'number') throw new TypeError(`${expectation}, got ${describe(time)}`);
  if (!Number.isSafeInteger(position) || position < 1) throw new RangeError(`${expectation}, got ${position}`);
  return position;
}

function divisionOf(log: TickLog, ids: readonly string[], shards: number): Division {
  const known = divisions.get(log);
  if (known?.shards === shards && known.ids.length === ids.length && known.ids.every((id, p) => id === ids[p])) {
    return known;
  }
  checkIds(ids);
  const members: number[][] = Array.from({ length: shards }, () => []);
  for (const [p, id] of ids.entries()) members[shardOf(id, shards)]!.push(p);
  const parts = members.map((own) => ({ members: Int32Array.from(own), ids: encodeIds(own.map((p) => ids[p]!)) }));
  const division = { ids: [...ids], shards, parts };
  divisions.set(log, division);
  return division;
}

function checkIds(ids: readonly unknown[]): void {
  const seen = new Set<unknown>();
  for (const [p, id] of ids.entries()) {
    if (typeof id !== 'string') throw new TypeError(`ids[${p}] must be a string, got ${describe(id)}`);
    if (id === '' || id.includes('\n')) {
      throw new RangeError(`ids[${p}] must be a name without line feeds, got ${JSON.stringify(id.slice(0, 40))}`);
    }
    if (/\p{Surrogate}/u.test(id))
      throw new RangeError(`ids[${p}] must be well-formed text, got half of a surrogate pair`);
    if (seen.has(id)) throw new RangeError(`ids must not hold a name twice, got ${describe(id)} again at ${p}`);
    seen.add(id);
  }
}
