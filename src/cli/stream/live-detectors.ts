// The detectors behind a stream of rows, one per column: made or loaded, updated together, saved together.
import { LARGEST_VALUE } from '../../core/series.ts';
import type { StreamingDetector } from '../../core/streaming-detector.ts';
import { type Memo, newMemo, takeMemo, withMemo } from '../alarms/memo.ts';
import type { ChangeKind } from '../change/change.ts';
import { CliError, fail, show, UsageError } from '../errors.ts';
import type { Place } from '../follow/place.ts';
import type { Table } from '../input/columns.ts';
import type { Field, Note, Scored } from '../output/formats.ts';
import { agreed, decode, encode, type SavedState, type Settings, unusable } from './saved-state.ts';
import { StateFile } from './state-file.ts';

/** A column while it is scored: what is told of its values is filled in. */
export type Slice = Scored & {
  readonly fields: readonly (Field & { readonly texts?: string[] })[];
  readonly notes: (Note | undefined)[];
};

/** A row while a detector takes its value. */
export interface Row {
  /** Its index in the stream, from 0. */
  readonly index: number;
  /** The text in the time column; '' without one. */
  readonly time: string;
  /** The name of the value's column. */
  readonly column: string | undefined;
  /** What is remembered of the column. */
  readonly memo: Memo;
  /** Of each of {@link View.fields} the number, or the text, that is told of this value. */
  tell(field: number, x: number | string): void;
  /** Says what happened at this value. */
  note(note: Note): void;
}

/** What is told of every value beside its score: a number, a flag or a text. */
export interface FieldKind extends Pick<Field, 'name' | 'isFlag'> {
  readonly isText?: true;
}

/** What is shown of a detector. */
export interface View<D extends StreamingDetector> {
  readonly fields: readonly FieldKind[];
  /** Scores at or above it are alarms; `undefined` where none are. */
  threshold?(detector: D): number;
  /** Updates the detector with a value; returns what is shown as its score. */
  update(detector: D, value: number, row: Row): number;
}

/** Shows what `update` returns. */
export const PLAIN_VIEW: View<StreamingDetector> = {
  fields: [],
  update: (detector, value) => detector.update(value),
};

/** Detectors in the middle of their streams. */
export interface Live {
  /** See {@link View.fields}. */
  readonly fields: readonly FieldKind[];
  /** What an alarm is, by column; nothing before {@link begin}, and where nothing is an alarm. */
  readonly thresholds: readonly number[];
  /** Number of rows so far, with those of earlier runs. */
  readonly numRows: number;
  /** Makes the detectors of the table's columns, the first time; throws if a state holds others. */
  begin(table: Table): void;
  /**
   * Scores row t and learns it: all columns or none, unless a metric throws between two columns.
   *
   * @param time the text in the time column, or ''
   * @param series the name of the row's series, where rows are of several
   */
  update(scored: readonly Slice[], t: number, time: string, series?: string): void;
  /** Number of rows whose answers were written. */
  numAnswered: number;
  /** Writes the state file if there is one and a row came since the last save, or the place in a live file moved. */
  save(): void;
  /** Whether there is a state file. */
  readonly isSaving: boolean;
  /** Whether the last save waits until all rows are answered. */
  readonly isSaveDue: boolean;
  /** The place in a live file at which the state ends; `undefined` if it knows none. */
  readonly place: Place | undefined;
  /** From now on the rows come from a live file. */
  follow(tracker: Tracker): void;
  /** What is to be said when the stream ends: that its detectors have not seen enough yet. */
  readonly notice: string | undefined;
}

/** Knows where in a live file the rows end. */
export interface Tracker {
  /** Whether the place is behind so many rows, all of them answered. */
  isAt(numRows: number): boolean;
  place(): Place;
  /** Makes what was written last, before a state that knows of it. */
  flush(): void;
}

/** The detectors of the columns of a table. */
export type Detectors<D extends StreamingDetector> = (table: Table) => D[];

/** Where a command keeps its state, and what was in it. */
export interface OpenedState {
  readonly command: string;
  readonly file: StateFile | undefined;
  readonly saved: SavedState | undefined;
}

/** Opens the state file of a command; without a path there is none. */
export function openState(command: string, path: string | undefined): OpenedState {
  const file = path === undefined ? undefined : new StateFile(path);
  const bytes = file?.read();
  return { command, file, saved: bytes && decode(bytes, file!.path, command) };
}

/** What {@link openLive} makes a {@link Live} from. */
export interface LiveParts<Name extends string, D extends StreamingDetector> {
  readonly state: OpenedState;
  /** The settings that were given on the command line. */
  readonly given: Partial<Settings<Name>>;
  /** The settings where neither the command line nor the state says something else. */
  readonly defaults: Settings<Name>;
  /** Settings that a state has only where they were given. */
  readonly later?: readonly Name[];
  /** What makes detectors where nothing is saved. */
  make(settings: Settings<Name>): Detectors<D> | Promise<Detectors<D>>;
  /** What loads one detector. */
  load(settings: Settings<Name>): ((bytes: Uint8Array) => D) | Promise<(bytes: Uint8Array) => D>;
  /** What is shown; by default what `update` returns. */
  view?(settings: Settings<Name>): View<D>;
  /** The warm-up that a stream can end in. */
  readonly warmup?: Warmup<Name, D>;
  /** What of the values is scored, where it is not the values themselves. */
  change?(settings: Settings<Name>): ChangeKind | undefined;
  /** The time of a row in seconds, for rates: of its text, NaN where it tells none. */
  readonly secondsOf?: (text: string) => number;
}

/** The warm-up of detectors that pass over their first values. */
export interface Warmup<Name extends string, D extends StreamingDetector> {
  /** The number of values that are passed over. Missing ones do not count. */
  numValues(settings: Settings<Name>): number;
  /** Whether the warm-up of a detector is over. It is asked only of one that may still be in it. */
  isOver(detector: D, settings: Settings<Name>): boolean;
}

/** The detectors of a stream, made or loaded. */
export async function openLive<Name extends string, D extends StreamingDetector>(
  parts: LiveParts<Name | 'missing', D>,
): Promise<Live> {
  const { state, given, defaults } = parts;
  const { file, saved } = state;
  const settings = agreed(given, saved, defaults, file?.path);
  const change = parts.change?.(settings);
  // A state that was saved before the first row has no detectors.
  const isBegun = saved !== undefined && saved.detectors.size > 0;
  const made = isBegun ? undefined : await parts.make(settings);
  const columns: Columns<D> = isBegun
    ? loadColumns(saved, file!.path, await parts.load(settings), change)
    : (table) => made!(table).map((detector) => ({ detector, memo: newMemo(change) }));
  return new LiveDetectors(state, settings, columns, parts);
}

/** A column: its detector, and what is remembered beside it. */
export interface LiveColumn<D extends StreamingDetector> {
  readonly detector: D;
  readonly memo: Memo;
}

type Columns<D extends StreamingDetector> = (table: Table) => LiveColumn<D>[];

/** Loads detectors, by the names of their columns. */
function loadColumns<D extends StreamingDetector>(
  saved: SavedState,
  path: string,
  load: (bytes: Uint8Array) => D,
  change: ChangeKind | undefined,
): Columns<D> {
  const loaded = new Map<string, LiveColumn<D>>();
  try {
    for (const [name, bytes] of saved.detectors) {
      const { memo = newMemo(change), detector } = takeMemo(bytes);
      loaded.set(name, { detector: load(detector), memo });
    }
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

/**
 * What of a value is scored: its change, if that is wanted, or it itself.
 *
 * @param secondsOf the time of a row in seconds; `undefined` without times: a rate is per value
 */
export function changeOf(
  value: number,
  { change }: Memo,
  index: number,
  time: string,
  secondsOf: ((text: string) => number) | undefined,
): number {
  if (change === undefined) return value;
  const at = change.kind === 'diff' || secondsOf === undefined ? index : secondsOf(time);
  const where = `value ${index}`;
  if (Number.isNaN(at)) {
    fail(`${where}: --rate is per second and needs a time, got ${show(time)}: without --time it is per value`);
  }
  try {
    return change.update(value, at);
  } catch (error) {
    throw new CliError(`${where}: ${(error as Error).message}`);
  }
}

/** Detectors of one kind, one per column. */
class LiveDetectors<Name extends string, D extends StreamingDetector> implements Live {
  numRows: number;
  numAnswered: number;
  isSaveDue: boolean;
  readonly #state: OpenedState;
  readonly #settings: Settings<Name | 'missing'>;
  readonly #columnsOf: Columns<D>;
  readonly #later: readonly string[];
  readonly #view: View<D>;
  readonly #warmup: Warmup<Name | 'missing', D> | undefined;
  readonly #secondsOf: (text: string) => number;
  #columns: readonly LiveColumn<D>[];
  #names: readonly string[];
  #hasTimes: boolean;
  /** Of each column, the number of values in this run that were not missing. */
  #numPresent: number[];
  /** Number of rows that the file knows. */
  #numSaved: number;
  /** False if a row was learned by some columns only. Such a state is not saved. */
  #isWhole: boolean;
  #tracker: Tracker | undefined;
  /** The place that the file knows, as JSON. */
  #savedPlace: string | undefined;

  constructor(
    state: OpenedState,
    settings: Settings<Name | 'missing'>,
    columnsOf: Columns<D>,
    parts: Pick<LiveParts<Name | 'missing', D>, 'later' | 'view' | 'warmup' | 'secondsOf'>,
  ) {
    const { later = [], view, warmup, secondsOf = () => NaN } = parts;
    this.numRows = state.saved?.numRows ?? 0;
    this.numAnswered = this.numRows;
    this.isSaveDue = false;
    this.#state = state;
    this.#settings = settings;
    this.#columnsOf = columnsOf;
    this.#later = later;
    this.#view = view?.(settings) ?? PLAIN_VIEW;
    this.#warmup = warmup;
    this.#secondsOf = secondsOf;
    this.#columns = [];
    this.#names = [];
    this.#hasTimes = false;
    this.#numPresent = [];
    this.#numSaved = this.numRows;
    this.#isWhole = true;
    this.#tracker = undefined;
    this.#savedPlace = state.saved?.place && JSON.stringify(state.saved.place);
  }

  begin(table: Table): void {
    if (this.#columns.length > 0) return;
    this.#columns = this.#columnsOf(table);
    this.#names = table.columns.map(({ name = '' }) => name);
    this.#hasTimes = table.times !== undefined;
    this.#numPresent = this.#columns.map(() => 0);
  }

  get thresholds(): readonly number[] {
    const { threshold } = this.#view;
    return threshold === undefined ? [] : this.#columns.map(({ detector }) => threshold(detector));
  }

  get fields(): View<D>['fields'] {
    return this.#view.fields;
  }

  update(scored: readonly Slice[], t: number, time: string): void {
    if (this.#settings.missing === 'throw') this.#refuseMissing(scored, t);
    for (const [c, { name, values, scores, fields, notes }] of scored.entries()) {
      this.#isWhole = c === 0;
      const { detector, memo } = this.#columns[c]!;
      const value = changeOf(values[t]!, memo, this.numRows, time, this.#hasTimes ? this.#secondsOf : undefined);
      scores[t] = this.#view.update(detector, value, {
        index: this.numRows,
        time,
        column: name,
        memo,
        tell: (field, x) => {
          if (typeof x === 'number') fields[field]!.values[t] = x;
          else fields[field]!.texts![t] = x;
        },
        note: (note) => {
          notes[t] = note;
        },
      });
      if (isPresent(values[t]!)) this.#numPresent[c]!++;
    }
    this.#isWhole = true;
    this.numRows++;
  }

  save(): void {
    const { command, file, saved } = this.#state;
    if (file === undefined || !this.#isWhole) return;
    this.isSaveDue = this.#tracker?.isAt(this.numRows) === false;
    if (this.isSaveDue) return;
    const place = this.#tracker?.place() ?? saved?.place;
    const placeText = place && JSON.stringify(place);
    if (this.numRows === this.#numSaved && placeText === this.#savedPlace) return;
    const bytesOf = ({ memo, detector }: LiveColumn<D>): Uint8Array => withMemo(memo, detector.save());
    const isBegun = this.#columns.length > 0;
    const detectors = isBegun
      ? new Map(this.#names.map((name, c) => [name, bytesOf(this.#columns[c]!)]))
      : (saved?.detectors ?? new Map<string, Uint8Array>());
    // A state keeps the settings that it was saved with, also those that only other versions know.
    const settings = saved?.settings ?? this.#savedSettings;
    this.#tracker?.flush();
    file.write(encode({ settings, numRows: this.numRows, detectors, place }, command));
    this.#numSaved = this.numRows;
    this.#savedPlace = placeText;
  }

  get isSaving(): boolean {
    return this.#state.file !== undefined;
  }

  get place(): Place | undefined {
    return this.#state.saved?.place;
  }

  follow(tracker: Tracker): void {
    this.#tracker = tracker;
  }

  /** The settings without those that came later and were not given. */
  get #savedSettings(): Record<string, string> {
    const all: [string, string][] = Object.entries(this.#settings);
    return Object.fromEntries(all.filter(([name, value]) => value !== '' || !this.#later.includes(name)));
  }

  get notice(): string | undefined {
    const numRowsBefore = this.#state.saved?.numRows ?? 0;
    if (this.#warmup === undefined || this.numRows === numRowsBefore) return undefined;
    const numValues = this.#warmup.numValues(this.#settings);
    const isOver = ({ detector }: LiveColumn<D>, c: number): boolean =>
      this.#numPresent[c]! >= numValues || this.#warmup!.isOver(detector, this.#settings);
    const numColumns = this.#columns.length;
    const numShort = this.#columns.filter((column, c) => !isOver(column, c)).length;
    if (numShort === 0) return undefined;
    if (numColumns > 1) {
      const which = numShort === numColumns ? `all ${numColumns} columns` : `${numShort} of ${numColumns} columns`;
      return `${which} had fewer than the ${numValues} values that are passed over to learn what is usual: nothing could be an alarm there`;
    }
    const [numPresent] = this.#numPresent;
    // A state does not tell how many of its rows were missing values.
    const came = numRowsBefore > 0 ? `fewer came in ${this.numRows} rows` : `only ${numPresent} came`;
    return `the first ${numValues} values are passed over to learn what is usual, ${came}: nothing could be an alarm`;
  }

  #refuseMissing(scored: readonly Scored[], t: number): void {
    const missing = scored.find(({ values }) => !isPresent(values[t]!));
    if (missing === undefined) return;
    const column = missing.name === undefined ? '' : ` in column ${show(missing.name)}`;
    fail(`value ${this.numRows}${column} is missing, and --missing is throw`);
  }
}

function isPresent(value: number): boolean {
  return Math.abs(value) <= LARGEST_VALUE;
}
