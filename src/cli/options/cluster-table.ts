// The part of the table of options that is about many processes: blocks, and workers.

/** See OPTIONS. */
export const CLUSTER_OPTIONS = {
  // Blocks.
  block: {
    kind: 'text',
    value: 'I/M',
    help: 'score the windows of block I of M only, I from 0 to M - 1, for merge. All blocks together take about twice the time of the whole',
  },
  out: { kind: 'text', value: 'FILE', help: 'write the block to FILE, all of it or nothing' },

  // Workers.
  redis: { kind: 'text', value: 'URL', help: 'redis://host:6379, rediss://... or unix:///path; required' },
  shards: {
    kind: 'integer',
    value: 'N',
    least: 1,
    help: 'how many shards there are, for all producers and workers and for ever: 64 to 1024, 16 per worker; required',
  },
  prefix: { kind: 'text', value: 'TEXT', default: 'knn:', help: 'what all keys begin with (default {default})' },
  'keep-scores': {
    kind: 'integer',
    value: 'N',
    least: 1,
    help: 'how many ticks of scores are kept per shard (default: all, until somebody trims them)',
  },
  'max-shards': { kind: 'integer', value: 'N', least: 1, help: 'take no more shards than N (default: the fair share)' },
  lease: {
    kind: 'seconds',
    value: 'SECS',
    default: '3',
    help: 'silence after which the shards of a worker go to others (default {default})',
  },
  every: {
    kind: 'integer',
    value: 'N',
    least: 1,
    default: '100',
    help: 'ticks between two snapshots of a shard (default {default}): so many are scored again when a worker is killed',
  },
  snapshots: {
    kind: 'text',
    value: 'DIR',
    help: 'a folder for the snapshots that all workers share (default: Redis has them)',
  },
  'upgrade-from': {
    kind: 'text',
    value: 'VERSION',
    help: 'take over the snapshots of this version, all of whose workers are stopped',
  },
} as const;
