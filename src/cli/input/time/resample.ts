// --resample 5m:mean: one row per stretch of time, from the rows that lie in it.

import { LARGEST_VALUE } from '../../../core/series.ts';
import { fail, show, UsageError } from '../../errors.ts';
import { Numbers, numRows, StringColumn, type Table } from '../columns.ts';
import { clockOf, momentsOf, refuseTime } from '../time-column.ts';
import { durationOf, formatSpan, type Span } from './duration.ts';
import { timeWriter } from './write-times.ts';
import { atZone, type Zone } from './zone.ts';

/** What becomes of the values of a stretch of time. */
export const RESAMPLE_RULES = ['mean', 'max', 'min', 'last', 'sum', 'count'] as const;

/** What `--resample` says. */
export interface Resample extends Span {
  readonly text: string;
  readonly rule: (typeof RESAMPLE_RULES)[number];
}

const DAY = 86_400_000;
const MONDAY = 4 * DAY; // 1970-01-05
/** Most stretches between the first row and the last one. */
const MOST_STRETCHES = 10_000_000;

/** The value of `--resample`. @throws UsageError for anything but `SPAN` or `SPAN:RULE` */
export function resampleOf(text: string): Resample {
  const [size, rule = 'mean', ...more] = text.split(':').map((part) => part.trim());
  const span = durationOf(size!);
  const known = RESAMPLE_RULES.find((name) => name === rule);
  if (span !== undefined && known !== undefined && more.length === 0) return { ...span, text, rule: known };
  throw new UsageError(
    `--resample must be a time such as 5m, and after a colon ${RESAMPLE_RULES.slice(0, -1).join(', ')} or count, as in 5m:max, got ${show(text)}`,
  );
}

/**
 * One row per stretch of time in which rows lie, named by the beginning of the stretch, and in order. Stretches begin at whole
 * multiples of their length: of a day and more on the zone's calendar (weeks on Monday), shorter ones from the midnight
 * before the first row on. Missing values count for nothing; the `count` of a stretch without rows is 0. Every series of the rows
 * has stretches of its own. O(n log n).
 */
export function resampled(table: Table, resample: Resample | undefined): { table: Table; notices: string[] } {
  const { times, series } = table;
  if (resample === undefined || times === undefined || numRows(table) === 0) return { table, notices: [] };
  const clock = clockOf(times);
  if (clock === undefined) fail('no row has a time: --resample needs one in every row');
  const { numbers, firstOther } = momentsOf(times, clock);
  if (firstOther >= 0) refuseTime(times, firstOther, clock);
  const size = sizeIn(resample, clock.isDate);
  const stretches = stretchesOf(size, clock.isDate, numbers, times.zone);
  const write = timeWriter(times, clock);
  const order = Uint32Array.from(numbers, (_, t) => t).sort((a, b) => numbers[a]! - numbers[b]! || a - b);
  const groups = new Map<string, number[]>();
  for (const t of order) {
    const name = series?.at(t) ?? '';
    const rows = groups.get(name);
    if (rows === undefined) groups.set(name, [t]);
    else rows.push(t);
  }
  const result: Table = {
    columns: table.columns.map(({ name }) => ({ name, values: new Numbers() })),
    times: new StringColumn({ timeFormat: write.format, zone: times.zone }),
    ...(series && { series: new StringColumn() }),
  };
  for (const [name, rows] of groups) {
    const [first, last] = [stretches.indexOf(numbers[rows[0]!]!), stretches.indexOf(numbers[rows.at(-1)!]!)];
    if (last - first >= MOST_STRETCHES) {
      fail(`--resample ${resample.text} makes ${last - first + 1} rows: choose a longer time, or --since and --until`);
    }
    const isEvery = resample.rule === 'count';
    for (let from = 0, s = first; s <= last; s++) {
      let to = from;
      while (to < rows.length && stretches.indexOf(numbers[rows[to]!]!) === s) to++;
      if (to === from && !isEvery) {
        s = stretches.indexOf(numbers[rows[from]!]!) - 1;
        continue;
      }
      for (const [c, { values }] of table.columns.entries()) {
        const all = values.toArray();
        const known = rows.slice(from, to).flatMap((t) => (Math.abs(all[t]!) <= LARGEST_VALUE ? [all[t]!] : []));
        result.columns[c]!.values.push(aggregate(known, resample.rule));
      }
      result.times!.push(write(stretches.begin(s)));
      result.series?.push(name);
      from = to;
    }
  }
  const words = clock.isDate ? formatSpan(size) : String(size);
  const notice = `${numRows(table)} rows make ${numRows(result)}, the ${resample.rule} of every ${words} from its beginning on`;
  return { table: result, notices: [notice] };
}

/** The length of a stretch in the numbers of the time column: a bare number is seconds between dates. */
function sizeIn({ text, number, unit }: Resample, isDate: boolean): number {
  if (isDate) return number * (unit ?? 1000);
  if (unit === undefined) return number;
  throw new UsageError(`--resample ${text} is for dates, the time column holds numbers: give a number in their unit`);
}

interface Stretches {
  /** In which stretch a time lies. */
  indexOf(at: number): number;
  /** Where a stretch begins. */
  begin(index: number): number;
}

function stretchesOf(size: number, isDate: boolean, numbers: Float64Array, zone: Zone | undefined): Stretches {
  if (!isDate) return { indexOf: (at) => Math.floor(at / size), begin: (i) => i * size };
  if (size % DAY === 0) {
    const origin = size % (7 * DAY) === 0 ? MONDAY : 0;
    return {
      indexOf: (at) => Math.floor((at + (zone?.offset(at) ?? 0) - origin) / size),
      begin: (i) => (zone === undefined ? i * size + origin : atZone(i * size + origin, zone)),
    };
  }
  const first = numbers.reduce((a, b) => Math.min(a, b));
  const local = first + (zone?.offset(first) ?? 0);
  const midnight = Math.floor(local / DAY) * DAY;
  const origin = zone === undefined ? midnight : atZone(midnight, zone);
  return { indexOf: (at) => Math.floor((at - origin) / size), begin: (i) => origin + i * size };
}

function aggregate(values: readonly number[], rule: Resample['rule']): number {
  if (rule === 'count') return values.length;
  if (values.length === 0) return NaN;
  if (rule === 'last') return values.at(-1)!;
  if (rule === 'max') return values.reduce((a, b) => Math.max(a, b));
  if (rule === 'min') return values.reduce((a, b) => Math.min(a, b));
  const sum = values.reduce((a, b) => a + b, 0);
  return rule === 'sum' ? sum : sum / values.length;
}
