/**
 * From scores to alarms: surprises that share a scale, thresholds that learn, and a monitor for one metric.
 *
 * @module knn-anomaly/calibrate
 */
export { Calibrator } from './calibrator.ts';
export type { AlarmExplanation } from './explain-alarm.ts';
export { Monitor, type MonitorOptions, type MonitorPreset, type MonitorResult, monitor } from './monitor.ts';
export { Refractory } from './refractory.ts';
export {
  ConformalThreshold,
  QuantileThreshold,
  type SampleOptions,
  SpotThreshold,
  type Threshold,
} from './threshold.ts';
