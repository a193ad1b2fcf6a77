// Incidents of many series against their definition, and as Monitors tells them.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FleetIncidents } from '../../../src/calibrate/fleet/fleet-incidents.ts';
import { type FleetIncidentEvent, Monitors, type MonitorsOptions } from '../../../src/calibrate.ts';
import { StateReader, StateWriter } from '../../../src/core/state.ts';

/** The first letter of the name. */
const group = (id: string): string => id.slice(0, 1);

const IDS = ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', '\ud800', '__proto__', ''];

/** Saved and loaded. */
function reloaded(incidents: FleetIncidents): FleetIncidents {
  const state = new StateWriter('Test', 1);
  incidents.write(state);
  const reader = new StateReader(state.finish(), 'Test', 1);
  const loaded = FleetIncidents.read(reader, group);
  reader.end();
  return loaded;
}

/** What the definition says of a group at every tick, from the names that alarmed at each tick. */
function naive(ticks: readonly string[][], name: string, series: number, within: number): string[] {
  const said: string[] = [];
  let open: Set<string> | undefined;
  for (let t = 0; t < ticks.length; t++) {
    const ofGroup = (ids: readonly string[] = []): string[] => ids.filter((id) => group(id) === name);
    const now = ofGroup(ticks[t]);
    const lately = new Set(Array.from({ length: within }, (_, back) => ofGroup(ticks[t - back])).flat());
    if (open) for (const id of now) open.add(id);
    const show = (type: string): string => `${type} ${t} ${JSON.stringify([...open!].sort())}`;
    if (open && lately.size === 0) {
      said.push(show('end'));
      open = undefined;
    } else if (!open && lately.size >= series) {
      open = lately;
      said.push(show('begin'));
    }
  }
  return said;
}

test('incidents are what the definition says, begin and end by turns, over restarts', () => {
  const ticks = fc.array(fc.oneof({ weight: 2, arbitrary: fc.constant<string[]>([]) }, fc.subarray(IDS)), {
    maxLength: 40,
  });
  const sizes = fc.record({ series: fc.integer({ min: 1, max: 4 }), within: fc.integer({ min: 1, max: 4 }) });
  fc.assert(
    fc.property(ticks, sizes, fc.nat(40), (all, { series, within }, restart) => {
      let incidents = new FleetIncidents({ group, series, within });
      const said = new Map<string, string[]>();
      let numBegun = 0;
      const open = new Map<number, FleetIncidentEvent>();
      for (const [t, ids] of all.entries()) {
        const alarms = ids.map((id) => ({ id, incident: undefined as number | undefined }));
        const events = incidents.step(t + 1, 10 * t, alarms, ids.map(group));
        for (const event of events) {
          const of = said.get(event.group) ?? [];
          said.set(event.group, of);
          of.push(`${event.type} ${t} ${JSON.stringify([...event.series].sort())}`);
          expect(event.time).toBe(10 * t);
          if (event.type === 'begin') {
            expect(event).toMatchObject({ number: ++numBegun, begin: 10 * t, last: 10 * t });
            open.set(event.number, event);
          } else {
            expect(open.get(event.number)).toMatchObject({ group: event.group, begin: event.begin });
            expect(event.last).toBe(10 * (t - within));
            open.delete(event.number);
          }
        }
        expect(incidents.open.map(({ number }) => number)).toEqual([...open.keys()]);
        for (const { id, incident } of alarms) {
          expect(incident).toBe([...open.values()].find((event) => event.group === group(id))?.number);
        }
        if (t === restart) incidents = reloaded(incidents);
      }
      for (const name of new Set(IDS.map(group)))
        expect(said.get(name) ?? []).toEqual(naive(all, name, series, within));
    }),
    { seed: 1, numRuns: 400 },
  );
});

describe('Monitors tell', () => {
  const EAGER = { preset: 'novelty', warmup: 10, threshold: 3, hold: 4 } as const;

  /** Quiet series, of which those in `leaps` leap at the tick of their number. */
  function run(options: MonitorsOptions, leaps: Record<number, string[]>, ids: readonly string[]): string[] {
    const site = new Monitors({ ...EAGER, ...options });
    const lines: string[] = [];
    for (let t = 0; t < 80; t++) {
      const values = ids.map((id, p) => (leaps[t]?.includes(id) ? 500 + t : (t * 7 + p) % 5));
      const { alarms, incidents } = site.tick(t, ids, values);
      for (const { id, incident } of alarms)
        lines.push(`${t} ${id} alarms${incident === undefined ? '' : ` in ${incident}`}`);
      for (const { type, number, group, series, begin, last } of incidents) {
        lines.push(`${t} ${type} ${number} ${group}: ${series} from ${begin} to ${last}`);
      }
    }
    return lines;
  }

  const leaps = { 50: ['web-1'], 52: ['web-2', 'db-1'], 53: ['web-3'], 55: ['web-4'] };
  const ids = ['web-1', 'web-2', 'web-3', 'web-4', 'db-1', 'db-2'];

  test('one incident per group, joined by later series, with its end', () => {
    const service = (id: string): string => id.split('-')[0]!;
    expect(run({ incidents: { group: service, series: 3, within: 5 } }, leaps, ids)).toEqual([
      '50 web-1 alarms',
      '52 web-2 alarms',
      '52 db-1 alarms',
      '53 web-3 alarms in 1',
      '53 begin 1 web: web-1,web-2,web-3 from 53 to 53',
      '55 web-4 alarms in 1',
      '60 end 1 web: web-1,web-2,web-3,web-4 from 53 to 55',
    ]);
  });

  test('without a group one incident of the fleet; those of silent series do not count', () => {
    expect(run({ incidents: {}, only: 'web*' }, leaps, ids)).toEqual([
      '50 web-1 alarms',
      '52 web-2 alarms',
      '53 web-3 alarms in 1',
      '53 begin 1 : web-1,web-2,web-3 from 53 to 53',
      '55 web-4 alarms in 1',
      '60 end 1 : web-1,web-2,web-3,web-4 from 53 to 55',
    ]);
    expect(run({ incidents: { series: 2, within: 1 } }, leaps, ids)).toEqual([
      '50 web-1 alarms',
      '52 web-2 alarms in 1',
      '52 db-1 alarms in 1',
      '52 begin 1 : web-2,db-1 from 52 to 52',
      '53 web-3 alarms in 1',
      '54 end 1 : web-2,db-1,web-3 from 52 to 53',
      '55 web-4 alarms',
    ]);
  });
});
