// The log in Redis: two streams and a snapshot per shard, leases, and a sorted set of the workers that are alive.
import { checkInteger, checkOptions, describe } from '../../core/checks.ts';
import { Connection, type Reply } from './connection.ts';
import { FileSnapshots } from './file-snapshots.ts';
import { APPEND, KEEP, LEASE, TOP } from './scripts.ts';
import type { Fields, LeaseReply, LeaseRequest, LoggedTick, Snapshot, TickLog } from './tick-log.ts';

/** Options of {@link redisLog}. */
export interface RedisLogOptions {
  /** `'knn:'`: what all keys begin with. Jobs with different prefixes have nothing to do with each other. */
  prefix?: string;
  /**
   * A folder for the snapshots, which all workers share; default: Redis has them. Above a million series they are most of what
   * Redis would have to keep: 4 KB a series of `Fleet`, 12 KB of `Monitors`.
   */
  snapshots?: string;
  /** `Infinity`: how many entries of scores are kept per shard. A reader that is further behind misses some. */
  keepScores?: number;
}

/** Ticks of a shard that are read at a time. */
const TICKS = 4;

/**
 * A log in Redis (6.2 or later), for {@link worker} and {@link append}. Needs the package `redis`. The connection is made when the log
 * is first used.
 *
 * Keys of shard s are `in:s` and `out:s`, streams whose ids are `<time>-0`; `snap:s`, a hash of `at` and `bytes`; and `lease:s`. The sorted
 * set `workers` has the workers that are alive. All of them stand on one server.
 *
 * Nothing is lost, nor counted twice, whatever is killed, if Redis keeps an append-only file (`appendonly yes`) and evicts nothing
 * (`maxmemory-policy noeviction`). With `appendfsync everysec` a power failure may take the last second or two: the producer then
 * sends them again (see {@link resumeFrom}). Without an append-only file, a server that is killed loses all since its last dump,
 * states and scores. A policy of eviction that takes a snapshot or a stream lets workers stop with an error. A failover to a replica
 * loses what that had not received yet, as a power failure does.
 *
 * @param url `redis://host:6379`, `rediss://…` or `unix:///path`, with user and password as usual
 * @throws TypeError for a wrong kind, RangeError for a wrong value
 *
 * @example
 * const log = redisLog('redis://127.0.0.1:6379', { prefix: 'site-a:' });
 * await log.close();
 */
export function redisLog(url: string, options: RedisLogOptions = {}): TickLog & { close(): Promise<void> } {
  if (typeof url !== 'string') throw new TypeError(`url must be a string, got ${describe(url)}`);
  checkOptions(options, ['prefix', 'snapshots', 'keepScores']);
  const { prefix = 'knn:', snapshots, keepScores = Infinity } = options;
  if (typeof prefix !== 'string') throw new TypeError(`prefix must be a string, got ${describe(prefix)}`);
  if (snapshots !== undefined && typeof snapshots !== 'string') {
    throw new TypeError(`snapshots must be the path of a folder, got ${describe(snapshots)}`);
  }
  if (keepScores !== Infinity) checkInteger(keepScores, 'keepScores', 1);
  return new RedisLog(new Connection(url), prefix, keepScores, snapshots);
}

class RedisLog implements TickLog {
  readonly #connection: Connection;
  readonly #prefix: string;
  readonly #keepScores: string;
  readonly #files: FileSnapshots | undefined;

  constructor(connection: Connection, prefix: string, keepScores: number, folder: string | undefined) {
    this.#connection = connection;
    this.#prefix = prefix;
    this.#keepScores = keepScores === Infinity ? '' : String(keepScores);
    this.#files = folder === undefined ? undefined : new FileSnapshots(folder);
  }

  async read(after: ReadonlyMap<number, number>, wait: number): Promise<Map<number, LoggedTick[]>> {
    const shards = [...after.keys()];
    const found = new Map<number, LoggedTick[]>();
    if (shards.length === 0) return found;
    const keys = shards.map((shard) => this.#key('in', shard));
    const ids = shards.map((shard) => `${after.get(shard)}-0`);
    const words = ['XREAD', 'COUNT', String(TICKS), 'BLOCK', String(Math.max(1, Math.ceil(wait))), 'STREAMS'];
    const reply = await this.#connection.send([...words, ...keys, ...ids]);
    const shardOf = new Map(keys.map((key, p) => [key, shards[p]!]));
    for (const [key, entries] of (reply ?? []) as [Buffer, readonly Reply[]][]) {
      found.set(shardOf.get(String(key))!, entries.map(tickOf));
    }
    return found;
  }

  async append(stream: 'in' | 'out', shard: number, position: number, fields: Fields): Promise<boolean> {
    const key = this.#key(stream, shard);
    const pairs = Object.entries(fields).flat();
    // Only ticks know what was before them: that is what tells a hole.
    if (stream === 'in') return (await this.#eval(APPEND, [key], [String(position), ...pairs])) === 1;
    try {
      await this.#connection.send(['XADD', key, `${position}-0`, ...pairs]);
      return true;
    } catch (error) {
      if (/equal or smaller/.test((error as Error).message)) return false;
      throw error;
    }
  }

  async top(stream: 'in' | 'out', shard: number): Promise<number> {
    return positionOf((await this.#eval(TOP, [this.#key(stream, shard)], [])) as string);
  }

  async loadSnapshot(shard: number, most: number): Promise<Snapshot | undefined> {
    if (this.#files !== undefined) return await this.#files.load(shard, most);
    const reply = await this.#connection.send(['HMGET', this.#key('snap', shard), 'at', 'bytes']);
    const [at, bytes] = reply as readonly (Buffer | null)[];
    if (!at || !bytes || Number(String(at)) > most) return undefined;
    return { position: Number(String(at)), bytes };
  }

  async keepSnapshot(shard: number, snapshot: Snapshot): Promise<void> {
    const oldest = this.#files === undefined ? snapshot.position : await this.#files.keep(shard, snapshot);
    const bytes = this.#files === undefined ? snapshot.bytes : '';
    const keys = [this.#key('snap', shard), this.#key('in', shard), this.#key('out', shard)];
    await this.#eval(KEEP, keys, [String(snapshot.position), bytes, String(oldest), this.#keepScores]);
  }

  async lease({ worker, duration, hold, take, most, drop, leave }: LeaseRequest): Promise<LeaseReply> {
    const leases = [...hold, ...take, ...drop].map((shard) => this.#key('lease', shard));
    const numbers = [duration, hold.length, take.length, most, leave ? 1 : 0].map(String);
    const reply = await this.#eval(LEASE, [`${this.#prefix}workers`, ...leases], [worker, ...numbers]);
    const [workers = 0, ...mine] = reply as readonly number[];
    return { workers, held: [...hold, ...take].filter((_, p) => mine[p] === 1) };
  }

  async close(): Promise<void> {
    this.#connection.close();
  }

  #key(name: 'in' | 'out' | 'snap' | 'lease', shard: number): string {
    return `${this.#prefix}${name}:${shard}`;
  }

  async #eval(script: string, keys: readonly string[], args: readonly (string | Uint8Array)[]): Promise<Reply> {
    return await this.#connection.send(['EVAL', script, String(keys.length), ...keys, ...args]);
  }
}

/** The position in the id of an entry. */
function positionOf(id: string | Buffer): number {
  return Number(String(id).split('-')[0]);
}

function tickOf(entry: Reply): LoggedTick {
  const [id, parts] = entry as [Buffer, readonly Buffer[]];
  const fields: Record<string, Uint8Array> = {};
  for (let p = 0; p < parts.length; p += 2) fields[String(parts[p])] = parts[p + 1]!;
  const { previous, ...rest } = fields;
  // An entry that something else has written says nothing of the one before it.
  return { position: positionOf(id), previous: previous ? positionOf(previous as Buffer) : NaN, fields: rest };
}
