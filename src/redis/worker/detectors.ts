// What scores a shard: a Fleet, or Monitors. Both take ticks and have a position.
import { createHash } from 'node:crypto';
import { type FleetAlarm, Monitors } from '../../calibrate/fleet/monitors.ts';
import type { LoadMonitorsOptions, MonitorsOptions } from '../../calibrate/fleet/options.ts';
import { isFunctionMetric } from '../../core/metric.ts';
import { Fleet, type FleetOptions } from '../../stream/fleet.ts';
import { LITTLE_ENDIAN_FLOATS } from '../little-endian.ts';
import type { Fields } from '../log/tick-log.ts';

/** The detectors of one shard. */
export interface Detectors {
  /** Scores a tick: the fields of its answer, beside the names. */
  tick(time: number, ids: readonly string[], values: Float64Array): Fields;
  save(): Uint8Array;
}

/** Makes the detectors of a shard, anew or from a state. */
export interface DetectorMaker {
  /** SHA-256 of the settings: of the state of one without series. */
  readonly settings: Uint8Array;
  make(): Detectors;
  load(state: Uint8Array): Promise<Detectors>;
}

/** Whatever is saved in chunks. */
interface Saved {
  save(): Iterable<Uint8Array>;
}

const bytesOf = (detectors: Saved): Uint8Array => Buffer.concat([...detectors.save()]);

const hashOf = (detectors: Saved): Uint8Array => createHash('sha256').update(bytesOf(detectors)).digest();

/** @throws where `new Fleet(options)` does */
export function fleetMaker(options: FleetOptions): DetectorMaker {
  const wrapped = (fleet: Fleet): Detectors => ({
    tick: (time, ids, values) => ({ scores: LITTLE_ENDIAN_FLOATS.encode(fleet.tick(time, ids, values)) }),
    save: () => bytesOf(fleet),
  });
  const { metric } = options;
  const load = metric !== undefined && isFunctionMetric(metric) ? { metric } : {};
  return {
    settings: hashOf(new Fleet(options)),
    make: () => wrapped(new Fleet(options)),
    load: async (state) => wrapped(await Fleet.load([state], load)),
  };
}

/**
 * @param load what bytes cannot hold: the `load` of classes of the user's own
 * @param hasDates whether times are milliseconds since 1970
 * @throws where `new Monitors(options)` does
 */
export function monitorsMaker(options: MonitorsOptions, load: LoadMonitorsOptions, hasDates: boolean): DetectorMaker {
  const wrapped = (monitors: Monitors): Detectors => ({
    tick: (time, ids, values) => {
      const { surprises, alarms } = monitors.tick(hasDates ? new Date(time) : time, ids, values);
      return { scores: LITTLE_ENDIAN_FLOATS.encode(surprises), ...(alarms.length > 0 && { alarms: jsonOf(alarms) }) };
    },
    save: () => bytesOf(monitors),
  });
  const functions: LoadMonitorsOptions = typeof options.only === 'function' ? { only: options.only } : {};
  return {
    settings: hashOf(new Monitors(options)),
    make: () => wrapped(new Monitors(options)),
    load: async (state) => wrapped(await Monitors.load([state], { ...functions, ...load })),
  };
}

function jsonOf(alarms: readonly FleetAlarm[]): Uint8Array {
  const told = alarms.map(({ id, time, value, surprise, text }) => ({ id, time, value, surprise, text }));
  return new TextEncoder().encode(JSON.stringify(told)); // a missing value is null
}
