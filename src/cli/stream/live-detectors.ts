// The detectors behind a stream of rows, one per column: made or loaded, updated together, saved together.
import { createHash } from 'node:crypto';
import { LARGEST_VALUE } from '../../core/series.ts';
import type { StreamingDetector } from '../../core/streaming-detector.ts';
import { StreamingKNN, type StreamingKNNOptions } from '../../index.ts';
import { fail, show, UsageError } from '../errors.ts';
import type { Table } from '../input/columns.ts';
import { readTable } from '../input/read.ts';
import { DEFAULT_COVARIANCE, mahalanobisFitter, metricOf } from '../options/metric-option.ts';
import type { Scored } from '../output/formats.ts';
import { DEFAULTS, type SettingName, type StreamOptions } from './options.ts';
import {
  agreed,
  decode,
  encode,
  type SavedStream,
  type Settings,
  type StatefulCommand,
  unusable,
} from './saved-state.ts';
import { StateFile } from './state-file.ts';

/** Detectors in the middle of their streams. */
export interface Live {
  /** Rows so far, those of earlier runs included. */
  readonly numRows: number;
  /** Makes the detectors of the table's columns, the first time; throws if a state holds others. */
  begin(table: Table): void;
  /** Scores row t and learns it; all columns or none but for an error of a metric. */
  update(scored: readonly Scored[], t: number): void;
  /** Writes the state file, if there is one and something is new. */
  save(): void;
}

/** Everything that can go wrong before the first value does so here. */
export async function openLive(options: StreamOptions): Promise<Live> {
  const file = options.state === undefined ? undefined : new StateFile(options.state);
  const bytes = file?.read();
  const saved = bytes && decode(bytes, file!.path, 'stream');
  const reference = await readReference(options);
  const given = { ...options.settings, ...(reference && { reference: digest(reference) }) };
  // Beside a reference nothing of the stream is a candidate.
  const defaults = reference ? { ...DEFAULTS, history: '', 'exclusion-zone': '' } : DEFAULTS;
  const settings: Record<SettingName, string> = { ...agreed(given, saved, defaults, file?.path) };
  if (settings.metric === 'mahalanobis') settings.covariance ||= DEFAULT_COVARIANCE;
  const detectors = saved ? await loader(settings, saved, file!.path) : await maker(settings, reference);
  return new LiveStream('stream', settings, saved, detectors, file);
}

/** The detectors of the columns of a table. */
export type Detectors<D extends StreamingDetector> = (table: Table) => D[];

/** Makes detectors. What StreamingKNN refuses without a series is a matter of usage, and found out at once. */
async function maker(settings: Settings<SettingName>, reference: Table | undefined): Promise<Detectors<StreamingKNN>> {
  const windowSize = Number(settings.window);
  const k = Number(settings.neighbors);
  const fitTo = settings.metric === 'mahalanobis' ? await mahalanobisFitter(settings.covariance) : undefined;
  const metric = fitTo ? undefined : await metricOf(settings.metric, settings.covariance || undefined);
  const options: StreamingKNNOptions = {
    ...(reference === undefined && {
      history: settings.history === 'infinite' ? Infinity : Number(settings.history),
      exclusionZone: Number(settings['exclusion-zone']),
    }),
    ...(metric !== undefined && { metric: metric as NonNullable<StreamingKNNOptions['metric']> }),
    normalize: settings.normalize as NonNullable<StreamingKNNOptions['normalize']>,
    aggregation: settings.aggregation as NonNullable<StreamingKNNOptions['aggregation']>,
    missing: settings.missing as NonNullable<StreamingKNNOptions['missing']>,
  };
  try {
    new StreamingKNN(windowSize, k, options);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  if (fitTo && reference === undefined) {
    throw new UsageError('--metric mahalanobis needs --reference FILE: the covariance of a stream is not known before');
  }
  const made = reference?.columns.map(({ values }) => {
    const series = values.toArray();
    const fitted = fitTo && { metric: fitTo(series, windowSize, options.normalize) };
    return new StreamingKNN(windowSize, k, { ...options, ...fitted, reference: series });
  });
  return ({ columns }) => made ?? columns.map(() => new StreamingKNN(windowSize, k, options));
}

async function loader(
  settings: Settings<SettingName>,
  saved: SavedStream,
  path: string,
): Promise<Detectors<StreamingKNN>> {
  const metric = await metricOf(settings.metric, settings.covariance || undefined);
  const options = typeof metric === 'function' ? { metric } : {};
  return loadDetectors(saved, path, (bytes) => StreamingKNN.load(bytes, options));
}

/** Loads detectors, by the names of their columns. */
export function loadDetectors<D extends StreamingDetector>(
  saved: SavedStream,
  path: string,
  load: (bytes: Uint8Array) => D,
): Detectors<D> {
  const loaded = new Map<string, D>();
  try {
    for (const [name, bytes] of saved.detectors) loaded.set(name, load(bytes));
  } catch (error) {
    unusable(path, error);
  }
  return ({ columns }) => {
    const names = columns.map(({ name = '' }) => name);
    if (names.length === loaded.size && names.every((name) => loaded.has(name))) {
      return names.map((name) => loaded.get(name)!);
    }
    const list = (all: Iterable<string>): string => [...all].map((name) => (name ? show(name) : 'numbers')).join(', ');
    throw new UsageError(`${path}: was saved of ${list(loaded.keys())}, the input is ${list(names)}`);
  };
}

/** Detectors of one kind, one per column. */
export class LiveStream<D extends StreamingDetector> implements Live {
  numRows: number;
  readonly #command: StatefulCommand;
  readonly #settings: Settings<'missing'>;
  readonly #detectorsOf: Detectors<D>;
  readonly #file: StateFile | undefined;
  readonly #scoreOf: (detector: D, score: number) => number;
  #detectors: readonly D[];
  #names: readonly string[];
  /** How many rows the file knows of. */
  #numSaved: number;
  /** False once a row was learned by some columns only: such a state is not worth keeping. */
  #isWhole: boolean;

  /** @param scoreOf what is shown of a detector whose `update` returned `score`; by default this */
  constructor(
    command: StatefulCommand,
    settings: Settings<'missing'>,
    saved: SavedStream | undefined,
    detectorsOf: Detectors<D>,
    file: StateFile | undefined,
    scoreOf: (detector: D, score: number) => number = (_, score) => score,
  ) {
    this.#command = command;
    this.#scoreOf = scoreOf;
    this.numRows = saved?.numRows ?? 0;
    this.#settings = settings;
    this.#detectorsOf = detectorsOf;
    this.#file = file;
    this.#detectors = [];
    this.#names = [];
    this.#numSaved = this.numRows;
    this.#isWhole = true;
  }

  begin(table: Table): void {
    if (this.#detectors.length > 0) return;
    this.#detectors = this.#detectorsOf(table);
    this.#names = table.columns.map(({ name = '' }) => name);
  }

  update(scored: readonly Scored[], t: number): void {
    if (this.#settings.missing === 'throw') this.#refuseMissing(scored, t);
    for (const [c, { values, scores }] of scored.entries()) {
      this.#isWhole = c === 0;
      const detector = this.#detectors[c]!;
      scores[t] = this.#scoreOf(detector, detector.update(values[t]));
    }
    this.#isWhole = true;
    this.numRows++;
  }

  save(): void {
    if (this.#file === undefined || this.numRows === this.#numSaved || !this.#isWhole) return;
    const detectors = new Map(this.#names.map((name, c) => [name, this.#detectors[c]!.save()]));
    this.#file.write(encode({ settings: this.#settings, numRows: this.numRows, detectors }, this.#command));
    this.#numSaved = this.numRows;
  }

  #refuseMissing(scored: readonly Scored[], t: number): void {
    const missing = scored.find(({ values }) => !(Math.abs(values[t]!) <= LARGEST_VALUE));
    if (missing === undefined) return;
    const column = missing.name === undefined ? '' : ` in column ${show(missing.name)}`;
    fail(`value ${this.numRows}${column} is missing, and --missing is throw`);
  }
}

async function readReference({ reference, inputOptions }: StreamOptions): Promise<Table | undefined> {
  return reference === undefined ? undefined : await readTable(reference, inputOptions, () => {});
}

function digest({ columns }: Table): string {
  const hash = createHash('sha256');
  for (const { name = '', values } of columns) hash.update(`${name}\n${values.length}\n`).update(values.toArray());
  return hash.digest('hex');
}
