/**
 * Many live series, scored by any number of processes over Redis Streams, for Node. Needs the package `redis`.
 *
 * @module knn-anomaly/redis
 */
export { type AppendResult, append, resumeFrom } from './redis/append.ts';
export { type RedisLogOptions, redisLog } from './redis/log/redis-log.ts';
export type { Fields, LeaseReply, LeaseRequest, LoggedTick, Snapshot, TickLog } from './redis/log/tick-log.ts';
export type { WorkerEvent } from './redis/worker/events.ts';
export type { WorkerOptions } from './redis/worker/options.ts';
export { type WorkerStats, worker } from './redis/worker/worker.ts';
