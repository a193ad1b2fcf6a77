/**
 * From scores to alarms: calibrated surprises on one scale, thresholds that learn, and a monitor for one metric.
 *
 * @module knn-anomaly/calibrate
 */

export {
  type Backtest,
  type BacktestOptions,
  backtest,
  type ExplainedIncident,
  type ThresholdCount,
  type TimedSeries,
} from './calibrate/backtest/backtest.ts';
export { Calibrator, type CalibratorOptions } from './calibrate/calibration/calibrator.ts';
export type { BudgetOptions } from './calibrate/fleet/alarm-budget.ts';
export type { FleetIncident, FleetIncidentEvent, FleetIncidentOptions } from './calibrate/fleet/fleet-incidents.ts';
export { type FleetAlarm, Monitors, type MonitorsStats, type TickResult } from './calibrate/fleet/monitors.ts';
export type { NamePattern } from './calibrate/fleet/name-filter.ts';
export type { LoadMonitorsOptions, MonitorsOptions } from './calibrate/fleet/options.ts';
export { shardOf } from './calibrate/fleet/shard-of.ts';
export type { AlarmExplanation, ExplainedNeighbor, ExplainedWindow } from './calibrate/incidents/explain-alarm.ts';
export type { Incident, IncidentEvent } from './calibrate/incidents/incident-tracker.ts';
export { Refractory } from './calibrate/incidents/refractory.ts';
export type { CalendarOptions } from './calibrate/looks/calendar.ts';
export type { Moment, MonitorUpdateOptions } from './calibrate/monitors/intake.ts';
export { Monitor, monitor } from './calibrate/monitors/monitor.ts';
export type { MonitorOptions } from './calibrate/monitors/options.ts';
export type { MonitorPreset } from './calibrate/monitors/presets.ts';
export type { DatedIncident, MonitorResult } from './calibrate/monitors/result.ts';
export { ConformalThreshold } from './calibrate/thresholds/conformal-threshold.ts';
export { QuantileThreshold } from './calibrate/thresholds/quantile-threshold.ts';
export { SpotThreshold } from './calibrate/thresholds/spot-threshold.ts';
export type { SampleOptions, Threshold } from './calibrate/thresholds/threshold.ts';
