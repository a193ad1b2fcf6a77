// What `knn-anomaly backtest` prints: a text for people, or one object of JSON.

import type { Backtest, DatedIncident, ThresholdCount } from '../../calibrate.ts';
import { formatCount } from '../cost.ts';
import { aligned, inWidth, lineWidth, shortNumber, wrapped } from '../output/text.ts';
import { spanOf } from '../plot/watched.ts';
import { jsonIncident, whenText } from '../stream/monitor-view.ts';
import { inZone } from '../time/zone-texts.ts';

/** What a report is about. */
export interface Reported {
  /** The name of the input, and of its column. */
  readonly title: string;
  readonly result: Backtest;
  /** The threshold for `perDay`. */
  readonly suggested: ThresholdCount | undefined;
  /** The threshold of the monitor. */
  readonly threshold: number;
  /** How many values can raise no alarm at the start. */
  readonly numSilent: number;
  /** Seconds from one value to the next, if there are no times. */
  readonly step: number | undefined;
  /** The alarms a day that are wanted. */
  readonly perDay: number | undefined;
  /** The time zone in which times are told; `undefined`: UTC. */
  readonly timezone: string | undefined;
}

/** The result as text. */
export function* reportText(reported: Reported): Generator<string> {
  const { title, result, suggested, threshold, numSilent, step, perDay, timezone } = reported;
  const { numValues, days, incidents, counts, worst } = result;
  const by = step === undefined ? '' : `, one per ${shortNumber(step)} s (see --step)`;
  yield `${inWidth(`${title}: ${countOf(numValues, 'value')} in ${countOf(days, 'day')}${by}`)}\n`;
  if (numValues <= numSilent) {
    yield `${inWidth(`the first ${numSilent} values are passed over to learn what is usual: nothing could be an alarm`)}\n`;
  }
  const alarms = numAlarms(result);
  const rate = days > 0 ? `, ${shortNumber(alarms / days, 3)} per day` : '';
  yield `${inWidth(`${countOf(incidents.length, 'incident')} and ${countOf(alarms, 'alarm')} at threshold ${threshold}${rate}`)}\n`;
  if (counts.length > 0) yield `\n${table(counts)}`;
  if (suggested !== undefined) yield `\n${inWidth(suggestion(suggested, perDay!))}\n`;
  if (worst.length === 0) return;
  yield `\nThe most surprising ${worst.length === 1 ? 'incident' : `${worst.length} incidents`}\n`;
  for (const [p, { incident, text }] of worst.entries()) {
    const { begin, end } = spanOf(incident);
    const { dates } = incident as DatedIncident;
    const from = whenText(begin, dates?.begin, timezone);
    const goesOn = incident.end === undefined ? ', not over' : '';
    const span = end === begin ? from : `from ${from} ${numberOfValues(incident.duration)}`;
    const head = `${String(p + 1).padStart(4)}  ${shortNumber(incident.worst)}  ${span}${goesOn}`;
    yield `${inWidth(head)}\n${wrapped(inZone(text, timezone), lineWidth() - 6).map((line) => `      ${line}\n`).join('')}`; // biome-ignore format: one line
  }
}

function numberOfValues(duration: number): string {
  return `for ${countOf(duration, 'value')}`;
}

/** All alarms at the monitor's own threshold. */
function numAlarms({ incidents }: Backtest): number {
  return incidents.reduce((sum, incident) => sum + incident.numAlarms, 0);
}

function countOf(count: number, what: string): string {
  const text = Number.isInteger(count) ? formatCount(count) : shortNumber(count, 3);
  return `${text} ${what}${count === 1 ? '' : 's'}`;
}

function table(counts: readonly ThresholdCount[]): string {
  const rows = counts.map(({ threshold, incidents, alarms, perDay }) => [
    shortNumber(threshold),
    formatCount(incidents),
    formatCount(alarms),
    Number.isFinite(perDay) ? shortNumber(perDay, 3) : '-',
  ]);
  const headings = ['threshold', 'incidents', 'alarms', 'per day'];
  const lines = aligned([headings, ...rows], (cell, width) => cell.padStart(width));
  return lines.map((line) => `${line.length + 2 > lineWidth() ? '' : '  '}${line}\n`).join('');
}

function suggestion({ threshold, alarms, perDay }: ThresholdCount, wanted: number): string {
  const count = `${countOf(alarms, 'alarm')}, ${shortNumber(perDay, 3)} per day`;
  return `for at most ${shortNumber(wanted)} per day: --threshold ${threshold} (${count})`;
}

/** The result as one object of JSON. */
export function reportJson({ result, suggested, threshold, timezone }: Reported): string {
  const { numValues, days, incidents, counts, worst } = result;
  return `${JSON.stringify({
    values: numValues,
    days,
    threshold,
    alarms: numAlarms(result),
    counts,
    ...(suggested !== undefined && { suggested }),
    incidents: incidents.map((incident) => jsonIncident(incident, timezone)),
    worst: worst.map(({ incident, text }) => ({ begin: incident.begin, text: inZone(text, timezone) })),
  })}\n`;
}
