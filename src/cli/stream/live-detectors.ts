// The detectors behind a stream of rows, one per column: made or loaded, updated together, saved together.
import { LARGEST_VALUE } from '../../core/series.ts';
import type { StreamingDetector } from '../../core/streaming-detector.ts';
import { fail, show, UsageError } from '../errors.ts';
import type { Place } from '../follow/place.ts';
import type { Table } from '../input/columns.ts';
import type { Field, Note, Scored } from '../output/formats.ts';
import { agreed, decode, encode, type SavedState, type Settings, unusable } from './saved-state.ts';
import { StateFile } from './state-file.ts';

/** A column while it is scored: what is told of its values is filled in. */
export type Slice = Scored & { readonly fields: readonly Field[]; readonly notes: (Note | undefined)[] };

/** A row while a detector takes its value. */
export interface Row {
  /** Its index in the stream, from 0. */
  readonly index: number;
  /** The text in the time column; '' without one. */
  readonly time: string;
  /** The name of the value's column. */
  readonly column: string | undefined;
  /** Of each of {@link View.fields} the number that is told of this value. */
  tell(field: number, x: number): void;
  /** Says what happened at this value. */
  note(note: Note): void;
}

/** What is shown of a detector. */
export interface View<D extends StreamingDetector> {
  /** What is told of every value beside its score. */
  readonly fields: readonly Omit<Field, 'values'>[];
  /** Updates the detector with a value; returns what is shown as its score. */
  update(detector: D, value: number, row: Row): number;
}

/** Detectors in the middle of their streams. */
export interface Live {
  /** See {@link View.fields}. */
  readonly fields: readonly Omit<Field, 'values'>[];
  /** Number of rows so far, with those of earlier runs. */
  readonly numRows: number;
  /** Makes the detectors of the table's columns, the first time; throws if a state holds others. */
  begin(table: Table): void;
  /**
   * Scores row t and learns it: all columns or none, unless a metric throws between two columns.
   *
   * @param time the text in the time column, or ''
   */
  update(scored: readonly Slice[], t: number, time: string): void;
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
  const isBegun = saved !== undefined && saved.detectors.size > 0;
  const detectors = isBegun ? loadDetectors(saved, file!.path, await parts.load(settings)) : await parts.make(settings);
  return new LiveDetectors(state, settings, detectors, parts);
}

/** Loads detectors, by the names of their columns. */
function loadDetectors<D extends StreamingDetector>(
  saved: SavedState,
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
class LiveDetectors<Name extends string, D extends StreamingDetector> implements Live {
  numRows: number;
  numAnswered: number;
  isSaveDue: boolean;
  readonly #state: OpenedState;
  readonly #settings: Settings<Name | 'missing'>;
  readonly #detectorsOf: Detectors<D>;
  readonly #later: readonly string[];
  readonly #view: View<D>;
  readonly #warmup: Warmup<Name | 'missing', D> | undefined;
  #detectors: readonly D[];
  #names: readonly string[];
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
    detectorsOf: Detectors<D>,
    { later = [], view, warmup }: Pick<LiveParts<Name | 'missing', D>, 'later' | 'view' | 'warmup'>,
  ) {
    this.numRows = state.saved?.numRows ?? 0;
    this.numAnswered = this.numRows;
    this.isSaveDue = false;
    this.#state = state;
    this.#settings = settings;
    this.#detectorsOf = detectorsOf;
    this.#later = later;
    this.#view = view?.(settings) ?? { fields: [], update: (detector, value) => detector.update(value) };
    this.#warmup = warmup;
    this.#detectors = [];
    this.#names = [];
    this.#numPresent = [];
    this.#numSaved = this.numRows;
    this.#isWhole = true;
    this.#tracker = undefined;
    this.#savedPlace = state.saved?.place && JSON.stringify(state.saved.place);
  }

  begin(table: Table): void {
    if (this.#detectors.length > 0) return;
    this.#detectors = this.#detectorsOf(table);
    this.#names = table.columns.map(({ name = '' }) => name);
    this.#numPresent = this.#detectors.map(() => 0);
  }

  get fields(): View<D>['fields'] {
    return this.#view.fields;
  }

  update(scored: readonly Slice[], t: number, time: string): void {
    if (this.#settings.missing === 'throw') this.#refuseMissing(scored, t);
    for (const [c, { name, values, scores, fields, notes }] of scored.entries()) {
      this.#isWhole = c === 0;
      scores[t] = this.#view.update(this.#detectors[c]!, values[t]!, {
        index: this.numRows,
        time,
        column: name,
        tell: (field, x) => {
          fields[field]!.values[t] = x;
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
    const isBegun = this.#detectors.length > 0;
    const detectors = isBegun
      ? new Map(this.#names.map((name, c) => [name, this.#detectors[c]!.save()]))
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
    const isOver = (detector: D, c: number): boolean =>
      this.#numPresent[c]! >= numValues || this.#warmup!.isOver(detector, this.#settings);
    const numColumns = this.#detectors.length;
    const numShort = this.#detectors.filter((detector, c) => !isOver(detector, c)).length;
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
