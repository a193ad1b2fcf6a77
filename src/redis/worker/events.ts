// What a worker tells while it runs.

/** Something that happened to a worker. */
export type WorkerEvent =
  /** It has a shard now, and goes on behind the tick at `position`: 0 for a shard that had none. */
  | { readonly type: 'took'; readonly shard: number; readonly position: number }
  /** It has a shard no more: another worker came, or took it while this one stood still. */
  | { readonly type: 'gave'; readonly shard: number; readonly position: number }
  /** The log failed. All shards are forgotten, and taken again from their snapshots when the log answers. */
  | { readonly type: 'broken'; readonly error: unknown; readonly shards: number }
  /** The log answers again. */
  | { readonly type: 'back' }
  /** A snapshot could not be written, such as on a full disk. The shard goes on; the next tick tries again. */
  | { readonly type: 'unsaved'; readonly shard: number; readonly error: unknown };
