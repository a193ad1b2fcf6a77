// The thresholds of the presets of `monitor`, apart from their rules, for who needs no more of them.

/** The rules that {@link monitor} knows by name. */
export type MonitorPreset = 'metrics' | 'novelty' | 'views';

/**
 * The surprise from which on a value is an alarm, where the user says nothing. That of `'novelty'` was chosen on the Numenta
 * Anomaly Benchmark; that of `'views'` is compared with the sum of ten surprises.
 */
export const PRESET_THRESHOLDS: Readonly<Record<MonitorPreset, number>> = { metrics: 4, novelty: 4.65, views: 24.4 };
