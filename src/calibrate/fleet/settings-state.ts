// The settings of Monitors as bytes, with the state of their incidents and their budget.
import type { StateReader, StateWriter } from '../../core/state.ts';
import { Monitor } from '../monitors/monitor.ts';
import { AlarmBudget } from './alarm-budget.ts';
import { FleetIncidents } from './fleet-incidents.ts';
import { NameFilter } from './name-filter.ts';
import type { LoadMonitorsOptions, MonitorsSettings } from './options.ts';

export function writeSettings(state: StateWriter, settings: MonitorsSettings): void {
  const { template, threshold, maxSeries, maxIdle, areCounters, needTimes, filter, incidents, budget } = settings;
  state.bytes(template);
  for (const value of [threshold ?? NaN, maxSeries, maxIdle]) state.f64(value);
  state.u8(Number(areCounters) + 2 * Number(needTimes));
  filter.write(state);
  state.u8(Number(incidents !== undefined));
  incidents?.write(state);
  state.u8(Number(budget !== undefined));
  budget?.write(state);
}

/** @throws RangeError for a function that was given then and is missing now, and for one that has no use */
export function readSettings(state: StateReader, options: LoadMonitorsOptions): MonitorsSettings {
  const { group, only, detector, threshold: learned } = options;
  const loads = { ...(detector && { detector }), ...(learned && { threshold: learned }) };
  const template = state.bytes();
  const [threshold, maxSeries, maxIdle] = [state.f64(), state.f64(), state.f64()];
  const flags = state.u8();
  const filter = NameFilter.read(state, only);
  const hasIncidents = state.u8() === 1;
  if (group !== undefined && !hasIncidents) {
    throw new RangeError('group is for monitors that were saved with incidents; these were made without: leave it out');
  }
  const incidents = hasIncidents ? FleetIncidents.read(state, group) : undefined;
  const budget = state.u8() === 1 ? AlarmBudget.read(state) : undefined;
  const make = (): Monitor => Monitor.load(template, loads);
  make(); // a missing `load` is noticed now, not at the first new series
  return {
    make,
    template,
    threshold: Number.isNaN(threshold) ? undefined : threshold,
    maxSeries,
    maxIdle,
    areCounters: (flags & 1) > 0,
    needTimes: (flags & 2) > 0,
    filter,
    incidents,
    budget,
  };
}
