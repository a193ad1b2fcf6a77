/**
 * From scores to alarms: surprises that share a scale, thresholds that learn, and a monitor for one metric.
 *
 * @module knn-anomaly/calibrate
 */
export { Calibrator } from './calibrate/calibration/calibrator.ts';
export type { AlarmExplanation } from './calibrate/incidents/explain-alarm.ts';
export { Refractory } from './calibrate/incidents/refractory.ts';
export {
  Monitor,
  type MonitorOptions,
  type MonitorPreset,
  type MonitorResult,
  monitor,
} from './calibrate/monitors/monitor.ts';
export {
  ConformalThreshold,
  QuantileThreshold,
  type SampleOptions,
  SpotThreshold,
  type Threshold,
} from './calibrate/thresholds/threshold.ts';
