// The options of `knn-anomaly worker` as checked values.
import type { MonitorsOptions } from '../../calibrate.ts';
import type { FleetOptions } from '../../index.ts';
import { UsageError } from '../errors.ts';
import { type ParsedOptions, parseInteger } from '../options/parse.ts';
import { givenSettings } from '../options/settings.ts';
import type { OptionName } from '../options/table.ts';
import { MONITOR_SETTINGS, type MonitorSettings, monitorOptionsOf } from '../stream/monitor-settings.ts';

/** The options that say how a `Fleet` scores. */
export const FLEET_OPTIONS = ['window', 'neighbors', 'history', 'normalize', 'aggregation', 'exclusion-zone'] as const;

/** Those of a monitor; the detector of one is another option here. */
export const MONITOR_OPTIONS: readonly Exclude<(typeof MONITOR_SETTINGS)[number], 'detector'>[] =
  MONITOR_SETTINGS.filter((name) => name !== 'detector');

/** What a worker scores with. */
export type WorkerDetectors = { readonly fleet: FleetOptions } | { readonly monitors: MonitorsOptions };

/** What `--detector` and its options ask for. Throws for an option of the other detector. */
export function detectorsOf(given: ParsedOptions): WorkerDetectors {
  const detector = given.choice<'monitor' | 'knn'>('detector');
  const others: readonly OptionName[] = detector === 'knn' ? MONITOR_OPTIONS : FLEET_OPTIONS;
  const wrong = others.find((name) => given.has(name));
  if (wrong !== undefined) {
    throw new UsageError(`--${wrong} is for --detector ${detector === 'knn' ? 'monitor' : 'knn'}`);
  }
  const maxIdle = given.has('max-idle') ? { maxIdle: given.integer('max-idle') } : {};
  if (detector === 'knn') return { fleet: { ...fleetOf(given), ...maxIdle } };
  const blank = Object.fromEntries(MONITOR_SETTINGS.map((name) => [name, '']));
  const preset = given.choice('preset');
  const settings = { ...blank, preset, ...givenSettings(given, MONITOR_OPTIONS) } as MonitorSettings;
  const { detector: _, threshold, ...options } = monitorOptionsOf(settings);
  return { monitors: { ...options, ...(typeof threshold === 'number' && { threshold }), ...maxIdle } };
}

function fleetOf(given: ParsedOptions): FleetOptions {
  const history = given.text('history')!;
  return {
    windowSize: given.integer('window'),
    k: given.integer('neighbors'),
    history: history === 'infinite' ? Infinity : parseInteger(history, '--history', 1),
    normalize: given.choice('normalize'),
    aggregation: given.choice('aggregation'),
    exclusionZone: given.integer('exclusion-zone'),
  };
}
