// What a monitor says of one value.
import type { Incident, IncidentEvent } from '../incidents/incident-tracker.ts';

/** An incident, with the times of its values where times were given. */
export interface DatedIncident extends Incident {
  /** The times of `begin`, `peak` and `end` in milliseconds since 1970; NaN for one that is no longer known. */
  readonly dates?: { readonly begin: number; readonly peak: number; readonly end: number | undefined };
}

/** The result for one value. */
export interface MonitorResult {
  /** The detector's score; NaN for a missing value, and for a window that touches one. For `'views'`, the surprise. */
  readonly score: number;
  /** The surprise of that score, before incidents: see {@link Calibrator}. */
  readonly surprise: number;
  /** Whether this value raises an alarm: an incident begins with it, or gets worse. */
  readonly alarm: boolean;
  /** Number of values since the last alarm: 0 at an alarm, Infinity before the first. */
  readonly since: number;
  /** What happened to the incident at this value, if anything. */
  readonly event?: IncidentEvent | undefined;
  /** The incident under way, or the last one; `undefined` before the first. */
  readonly incident?: DatedIncident | undefined;
}
