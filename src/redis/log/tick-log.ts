// What a worker and a producer need of a log: six functions. redis-log.ts has them for Redis; others can be written for NATS,
// Kafka or a database.
//
// A log has two streams of entries per shard: `in`, the ticks, and `out`, the scores. An entry stands under the position of its
// tick, which rises. An entry of `out` stands under the position of the tick that it answers, and a stream refuses a position
// that is not above its last one: that is why a tick that is scored twice is answered once.

/** The fields of an entry, by name. */
export type Fields = Readonly<Record<string, Uint8Array>>;

/** An entry of `in`. */
export interface LoggedTick {
  /** Above 0, and above that of every entry before. */
  readonly position: number;
  /** The position of the entry before it, whether that is still there or not; 0 for the first one. */
  readonly previous: number;
  readonly fields: Fields;
}

/** The state of a shard behind the tick at a position. */
export interface Snapshot {
  /** 0 before the first tick. */
  readonly position: number;
  readonly bytes: Uint8Array;
}

/** What a worker asks for. */
export interface LeaseRequest {
  /** The name of the worker. */
  readonly worker: string;
  /** Milliseconds for which the worker counts as alive and shards stay its own, if it asks no more. */
  readonly duration: number;
  /** The shards that it has, and wants to keep. */
  readonly hold: readonly number[];
  /** Shards that it would take, the first ones first, and how many of them at most. */
  readonly take: readonly number[];
  readonly most: number;
  /** Shards that it gives back. */
  readonly drop: readonly number[];
  /** Whether it ends: then it counts as alive no more. */
  readonly leave: boolean;
}

export interface LeaseReply {
  /** The shards of `hold` and `take` that are the worker's own now. */
  readonly held: readonly number[];
  /** The number of workers that are alive. */
  readonly workers: number;
}

/**
 * A log of ticks and of their scores. A function that fails rejects: the worker then forgets all that it holds and begins again
 * from the snapshots. Only `append` and `keepSnapshot` have to be atomic; leases save work and are not needed for what is
 * right.
 */
export interface TickLog {
  /**
   * Some of the ticks behind a position of each of these shards, in their order; waits up to `wait` milliseconds if there are none.
   *
   * @param after position by shard
   */
  read(after: ReadonlyMap<number, number>, wait: number): Promise<ReadonlyMap<number, readonly LoggedTick[]>>;
  /** Appends an entry. Returns false, and changes nothing, if the stream had this position or a later one already. */
  append(stream: 'in' | 'out', shard: number, position: number, fields: Fields): Promise<boolean>;
  /** The position of the last entry that a stream ever had; 0 if it had none. */
  top(stream: 'in' | 'out', shard: number): Promise<number>;
  /** The latest snapshot of a shard whose position is at most `most`; `undefined` if there is none. */
  loadSnapshot(shard: number, most: number): Promise<Snapshot | undefined>;
  /**
   * Keeps a snapshot, unless there is one of this position or a later one. Ticks that no kept snapshot needs may be dropped; the
   * snapshot itself must not be there without them.
   */
  keepSnapshot(shard: number, snapshot: Snapshot): Promise<void>;
  /** Tells that a worker is alive, and which shards it has, takes and gives back. */
  lease(request: LeaseRequest): Promise<LeaseReply>;
}
