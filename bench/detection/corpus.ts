// Folders of labeled series, in the layouts of the Numenta Anomaly Benchmark, of the UCR Anomaly Archive, and of metrics with
// incidents.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { LabeledRange } from '../../src/evaluate.ts';

/** A series, the ranges of its anomalies, and the length of its beginning that is known to have none. */
export interface LabeledSeries {
  readonly name: string;
  readonly values: Float64Array;
  readonly labels: readonly LabeledRange[];
  readonly train: number;
  /** Seconds from one value to the next. */
  readonly step: number;
}

const MINUTE = 60;

const SHARED = join(import.meta.dirname, '../../../shared/data');

/** The folder of that name among the data beside the repository, whether it is there or not. */
export function beside(name: string): string {
  return join(SHARED, name);
}

/** The folder given, or the one beside the repository; ends the program with a hint if it is not there. */
export function folderOf(given: string | undefined, name: string, hint: string): string {
  const folder = given ?? beside(name);
  if (existsSync(folder)) return folder;
  console.error(`${folder} is not there: ${hint}`);
  process.exit(1);
}

/** What `--half` names: 0, 1, or nothing for all series. */
export function halfOption(text: string): 0 | 1 | undefined {
  if (text === '') return undefined;
  if (text === '0' || text === '1') return Number(text) as 0 | 1;
  throw new RangeError(`--half must be 0 or 1, got ${text}`);
}

function readText(file: string): string {
  const bytes = readFileSync(file);
  return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => file.replaceAll('\\', '/'));
}

/**
 * The series of NAB that have labels: of a clone (`data/`, `labels/combined_windows.json`), or of a folder with
 * `labels.json` beside `*.csv` or `*.csv.gz`. Windows are matched as NAB does: by the first row with that time.
 */
export function readNab(folder: string): LabeledSeries[] {
  const clone = join(folder, 'labels/combined_windows.json');
  const [labels, data] = existsSync(clone) ? [clone, join(folder, 'data')] : [join(folder, 'labels.json'), folder];
  const windows = JSON.parse(readText(labels)) as Record<string, [string, string][]>;
  const files = new Map(listFiles(data).map((file) => [file.replace(/\.gz$/, ''), file]));
  const names = Object.keys(windows).sort();
  return names.map((name) => {
    const file = files.get(name);
    if (file === undefined) throw new Error(`${labels} names ${name}, which is not in ${data}`);
    const rows = readText(join(data, file)).trim().split(/\r?\n/).slice(1);
    const times = rows.map((row) => row.slice(0, row.indexOf(',')));
    const at = (time: string): number => {
      const t = times.indexOf(time.replace(/\.0+$/, ''));
      if (t < 0) throw new Error(`${labels}: ${name} has no row at ${time}`);
      return t;
    };
    const values = Float64Array.from(rows, (row) => Number(row.slice(row.indexOf(',') + 1)));
    return {
      name,
      values,
      labels: windows[name]!.map(([begin, end]) => ({ begin: at(begin), end: at(end) })),
      train: 0,
      step: stepOf(times),
    };
  });
}

/**
 * Series with incidents: `NAME.csv` or `NAME.csv.gz` with the columns timestamp (a minute apart without it), value and label;
 * an incident is a run of rows with label 1.
 */
export function readIncidents(folder: string): LabeledSeries[] {
  const files = listFiles(folder).filter((file) => /\.csv(?:\.gz)?$/.test(file));
  if (files.length === 0) throw new Error(`${folder} holds no NAME.csv and no NAME.csv.gz`);
  return files.sort().map((file) => {
    const [head, ...lines] = readText(join(folder, file)).trim().split(/\r?\n/);
    const rows = lines.map((line) => line.split(','));
    const cells = (name: string): string[] | undefined => {
      const column = head!.split(',').indexOf(name);
      return column < 0 ? undefined : rows.map((row) => row[column]!);
    };
    const [times, values, labels] = [cells('timestamp'), cells('value'), cells('label')];
    if (values === undefined || labels === undefined) throw new Error(`${file} must have columns value and label`);
    return {
      name: file.replace(/\.csv(?:\.gz)?$/, ''),
      values: Float64Array.from(values, (cell) => (cell === '' ? NaN : Number(cell))),
      labels: runsOf(labels),
      train: 0,
      step: times === undefined ? MINUTE : stepOf(times),
    };
  });
}

/** The ranges of the labels that are 1. */
function runsOf(labels: readonly string[]): LabeledRange[] {
  const begins = [...labels.keys()].filter((t) => labels[t] === '1' && labels[t - 1] !== '1');
  const ends = [...labels.keys()].filter((t) => labels[t] === '1' && labels[t + 1] !== '1');
  return begins.map((begin, i) => ({ begin, end: ends[i]! }));
}

/** The median of the first 199 differences above 0, in seconds. */
function stepOf(times: readonly string[]): number {
  const seconds = times.slice(0, 200).map((time) => Date.parse(/[Z+]/.test(time) ? time : `${time}Z`) / 1000);
  const steps = seconds.slice(1).flatMap((time, i) => (time > seconds[i]! ? [time - seconds[i]!] : []));
  if (steps.length === 0) throw new Error(`no times in steps of more than 0 s: ${times.slice(0, 3).join(', ')}`);
  return steps.sort((p, q) => p - q)[steps.length >> 1]!;
}

/**
 * Series with one anomaly each: files `NNN_UCR_Anomaly_NAME_TRAIN_BEGIN_END.txt` (places counted from 1), or `index.tsv`
 * with the columns id, name, train, begin, end (from 0) beside `NNN.txt` or `NNN.txt.gz`.
 */
export function readArchive(folder: string): LabeledSeries[] {
  const values = (file: string) => Float64Array.from(readText(join(folder, file)).trim().split(/\s+/), Number);
  const index = join(folder, 'index.tsv');
  if (existsSync(index)) {
    const [head, ...rows] = readText(index).trim().split(/\r?\n/);
    const columns = head!.split('\t');
    return rows.map((row) => {
      const cells = row.split('\t');
      const cell = (column: string): string => cells[columns.indexOf(column)]!;
      const plain = `${cell('id').padStart(3, '0')}.txt`;
      const file = existsSync(join(folder, plain)) ? plain : `${plain}.gz`;
      const label = { begin: Number(cell('begin')), end: Number(cell('end')) };
      return {
        name: `${cell('id').padStart(3, '0')}-${cell('name')}`,
        values: values(file),
        labels: [label],
        train: Number(cell('train')),
        step: MINUTE,
      };
    });
  }
  const named = listFiles(folder).flatMap((file) => {
    const match = /(?:^|\/)(\d+_UCR_Anomaly_.+)_(\d+)_(\d+)_(\d+)\.txt(?:\.gz)?$/.exec(file);
    return match === null ? [] : [{ file, name: match[1]!, places: match.slice(2).map(Number) }];
  });
  if (named.length === 0)
    throw new Error(`${folder} holds no NNN_UCR_Anomaly_NAME_TRAIN_BEGIN_END.txt and no index.tsv`);
  named.sort((a, b) => (a.name < b.name ? -1 : 1));
  return named.map(({ file, name, places }) => {
    const [train, begin, end] = places as [number, number, number];
    return { name, values: values(file), labels: [{ begin: begin - 1, end: end - 1 }], train, step: MINUTE };
  });
}
