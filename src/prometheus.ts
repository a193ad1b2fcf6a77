/**
 * Prometheus in and out: the values of queries, and a follower that watches every series of them.
 *
 * @module knn-anomaly/prometheus
 */

export {
  type BacktestQueriesOptions,
  backtestQueries,
  type QueriesBacktest,
  type QueryBacktest,
  type QueryCount,
  type SeriesCount,
} from './prometheus/backtest.ts';
export { QueryError, type ServerOptions } from './prometheus/call.ts';
export { CONTENT_TYPE } from './prometheus/exposition.ts';
export { type Follower, follow } from './prometheus/follower.ts';
export type { IncidentReport } from './prometheus/incident-report.ts';
export { type Labels, labelsOfKey, seriesKey } from './prometheus/labels.ts';
export { type QueryRangeOptions, queryRange, type RangeChunk, type RangeSeries } from './prometheus/query.ts';
export type { FollowOptions, MonitorSettings, QuerySettings, Shard, StateStore } from './prometheus/settings.ts';
