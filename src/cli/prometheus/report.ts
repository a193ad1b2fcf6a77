// The report of a backtest as text, and the figures that both reports have.
import { formatTime } from '../../calibrate/looks/zone-clock.ts';
import type { IncidentReport, Labels, QueriesBacktest, QueryBacktest, QueryCount } from '../../prometheus.ts';
import { formatCount } from '../cost.ts';
import { aligned, plain, shortNumber, wrapped } from '../output/text.ts';
import { shortDuration } from './durations.ts';

/** What is reported. */
export interface Reported {
  readonly result: QueriesBacktest;
  /** The alarms per day that are wanted. */
  readonly perDay: number | undefined;
  /** The most surprising incidents, the worst first. */
  readonly worst: readonly IncidentReport[];
}

const WIDTH = 80;

/** With fewer alarms than this in the budget of a period, chance decides: a Poisson number of mean 3 is 0 once in 20. */
const FEWEST = 3;

/** Series with the most alarms that are named. */
export const NUM_SERIES = 10;

export function worstOf(incidents: readonly IncidentReport[], most: number): IncidentReport[] {
  return [...incidents].sort((a, b) => b.surprise - a.surprise || a.begin - b.begin).slice(0, most);
}

export function* reportText(reported: Reported): Generator<string> {
  const { result, worst } = reported;
  for (const query of result.queries) {
    yield `${summaryOf(query)}\n`;
    if (query.numValues === 0) {
      yield '\n';
      continue;
    }
    yield table([['threshold', 'incidents', 'alarms', 'per day'], ...query.counts.map(cellsOf)]);
    const most = query.series.slice(0, NUM_SERIES);
    if (most.length > 0) yield `\n  alarms  series\n`;
    for (const { alarms, labels } of most) yield `  ${String(alarms).padStart(6)}  ${plain(nameOf(labels), 100)}\n`;
    const left = query.series.length - most.length;
    yield left > 0 ? `          and ${formatCount(left)} more\n\n` : '\n';
  }
  for (const sentence of suggestionsOf(reported)) yield `${sentence}\n`;
  if (worst.length === 0) return;
  yield `\nThe most surprising ${worst.length === 1 ? 'incident' : `${worst.length} incidents`}\n`;
  for (const [p, report] of worst.entries()) {
    yield `${String(p + 1).padStart(4)}  ${headOf(report)}\n`;
    yield `${wrapped(plain(report.text, 1000), WIDTH - 6).map((line) => `      ${line}\n`).join('')}`; // biome-ignore format: one line
  }
}

/** What a query would have meant, in a sentence. */
export function summaryOf(query: QueryBacktest): string {
  const { name, numSeries, numValues, numRefused, begin, end, own, threshold } = query;
  const counted = `${countOf(numSeries, 'series', 'series')}, ${countOf(numValues, 'value')}`;
  const refused = numRefused > 0 ? `; ${countOf(numRefused, 'series', 'series')} beyond --max-series left out` : '';
  const alarms = `${countOf(own.incidents, 'incident')} and ${countOf(own.alarms, 'alarm')} at threshold ${threshold}`;
  const span = `${shortDuration(end - begin)} to ${dateOf(end)}`;
  if (numValues === 0)
    return `${name}: no values\nthe server has none of this query in the ${span}: there is nothing to count`;
  return `${name}: ${counted}${refused}\n${alarms} in the ${span}, ${shortNumber(own.perDay, 3)} per day`;
}

export function cellsOf({ threshold, incidents, alarms, perDay }: QueryCount): string[] {
  return [shortNumber(threshold), formatCount(incidents), formatCount(alarms), shortNumber(perDay, 3)];
}

/** The thresholds for the budget. */
export function suggestionsOf({ result, perDay }: Reported): string[] {
  if (perDay === undefined) return [];
  const wanted = `for at most ${shortNumber(perDay)} alarms per day`;
  const { queries, suggested } = result;
  const said = (what: string, { threshold, alarms, perDay: rate }: QueryCount): string =>
    `${wanted}${what}: --threshold ${threshold} (${countOf(alarms, 'alarm')}, ${shortNumber(rate, 3)} per day)`;
  const known = queries.filter(({ numValues }) => numValues > 0);
  if (known.length === 0) return ['without values there is no threshold for the budget'];
  const ofQueries = known.map(({ name, suggested: own }) => said(` of ${name} alone`, own!));
  const days = Math.max(...known.map((query) => query.days));
  const expected = shortNumber(perDay * days, 2);
  const doubts =
    perDay * days < FEWEST
      ? [
          `that is ${expected} alarms in ${shortDuration(days * 86_400)}, too few to tell: a longer --backtest knows more`,
        ]
      : [];
  if (suggested === undefined) {
    return [...ofQueries, 'their presets differ, so no common threshold means the same', ...doubts];
  }
  return [said('', suggested), ...(queries.length === 1 ? [] : ofQueries), ...doubts];
}

/** Surprise, series and time of an incident. */
export function headOf({ query, labels, begin, end, surprise }: IncidentReport): string {
  const span = end === undefined ? ', not over' : end > begin ? ` for ${shortDuration(end - begin)}` : '';
  return `${shortNumber(surprise)}  ${query}  ${plain(nameOf(labels), 100)}  ${dateOf(begin)}${span}`;
}

/** A series as PromQL writes it. */
export function nameOf({ __name__: name = '', ...labels }: Labels): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return pairs.length === 0 && name !== '' ? name : `${name}{${pairs.join(', ')}}`;
}

export function dateOf(seconds: number): string {
  return formatTime(seconds * 1000, undefined);
}

function countOf(count: number, what: string, whats = `${what}s`): string {
  return `${formatCount(count)} ${count === 1 ? what : whats}`;
}

function table(rows: readonly (readonly string[])[]): string {
  return aligned(rows, (cell, width) => cell.padStart(width))
    .map((line) => `  ${line}\n`)
    .join('');
}
