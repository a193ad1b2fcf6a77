// Series as Prometheus writes them in text: scrapes one after the other, OpenMetrics with times, and the answers of promtool.
import { fail } from '../../errors.ts';
import { isBlank } from '../cells.ts';
import type { Series } from './plain.ts';

const NAME = String.raw`(?:[A-Za-z_:][\w:.]*)?`;
const LABELS = String.raw`\{(?:[^"{}]|"(?:[^"\\]|\\.)*")*\}`;
const NUMBER = String.raw`[-+]?(?:\d[\d.]*(?:e[-+]?\d+)?|\.\d+|nan|inf(?:inity)?)`;
/** `name{label="value"} 12.5 1709251200.000 # {trace_id="1"} 0.5`: name or labels, value, perhaps a time, perhaps an exemplar. */
const SAMPLE = new RegExp(
  `^(${NAME}(?:${LABELS})?)\\s+(${NUMBER})(?:\\s+(-?[\\d.]+(?:e[-+]?\\d+)?))?(?:\\s+#.*)?$`,
  'i',
);
/** `name{…} =>` of promtool, before its values or its one value. */
const ARROW = new RegExp(`^(${NAME}(?:${LABELS})?) =>(?:\\s+(${NUMBER}) @\\[([\\d.]+)\\])?$`, 'i');
/** `12.5 @[1709251200]` */
const AT = new RegExp(`^(${NUMBER}) @\\[([\\d.]+)\\]$`, 'i');
const COMMENT = /^#(?: (?:HELP|TYPE|UNIT) \S+| EOF$)/;
const HELP = /^# (?:HELP|TYPE) \S+/;

/** Whether all of these lines are of this text format: labels, an arrow or a comment of it tell it from other tables. */
export function isExposition(sample: readonly string[]): boolean {
  const lines = sample.map((line) => line.trim()).filter((line) => line !== '');
  const isOwn = (line: string): boolean => [SAMPLE, ARROW, AT, COMMENT].some((form) => form.test(line));
  const tells = (line: string): boolean =>
    HELP.test(line) || ARROW.test(line) || (SAMPLE.test(line) && line.includes('{'));
  return lines.some(tells) && lines.every((line) => line.startsWith('#') || isOwn(line));
}

/** The samples of one series; of scrapes without times the number of the scrape stands for it. */
interface Samples {
  readonly times: unknown[];
  readonly values: unknown[];
}

/**
 * The series of all lines. Without times a scrape begins where a series comes again; a series that one lacks has a missing value
 * there. O(lines + series · scrapes).
 *
 * @param isAny whether one value of each series is enough
 * @throws CliError for lines of another form, and for a single scrape if that is not enough
 */
export function expositionSeries(lines: readonly string[], isAny: boolean): Series[] {
  const all = new Map<string, Samples>();
  const seen = new Set<string>();
  let [name, scrape, isTimed] = ['', 0, undefined as boolean | undefined];
  for (const [l, line] of lines.entries()) {
    const text = line.trim();
    if (isBlank(text) || text.startsWith('#')) continue;
    const arrow = ARROW.exec(text);
    if (arrow !== null) name = arrow[1]!;
    if (arrow !== null && arrow[2] === undefined) continue;
    const at = AT.exec(text);
    const [, own = name, value, time] = arrow ?? (at === null ? (SAMPLE.exec(text) ?? []) : [text, name, at[1], at[2]]);
    if (value === undefined)
      fail(`line ${l + 1}: expected name{labels} value, got ${JSON.stringify(text.slice(0, 60))}`);
    isTimed ??= time !== undefined;
    if (isTimed !== (time !== undefined)) fail(`line ${l + 1}: some values have a time, and others have none`);
    const key = spaced(own);
    if (!isTimed && seen.has(key)) {
      scrape++;
      seen.clear();
    }
    seen.add(key);
    const samples = all.get(key) ?? { times: [], values: [] };
    all.set(key, samples);
    samples.times.push(isTimed ? time : scrape);
    samples.values.push(value);
  }
  if (!isTimed && scrape === 0 && all.size > 0 && !isAny) {
    fail(
      'this is one scrape of Prometheus, one value of each series: ask its server for a range of time (/api/v1/query_range), or append further scrapes and choose a series with --column',
    );
  }
  return [...all].map(([own, { times, values }]) => {
    if (isTimed) return { name: own, times, values };
    const row: unknown[] = Array(scrape + 1).fill(null);
    for (const [i, value] of values.entries()) row[times[i] as number] = value;
    return { name: own, times: undefined, values: row };
  });
}

/** A name with its labels, a blank behind each comma between them, as the other readers write it. */
export function spaced(name: string): string {
  return name
    .replace(/("(?:[^"\\]|\\.)*"),?\s*/g, (text, quoted: string) => (/,\s*$/.test(text) ? `${quoted}, ` : quoted))
    .replace(/, \}$/, '}');
}
