// The detectors behind a stream of rows, one per column of every series: made or loaded, updated together, saved together.
import { LARGEST_VALUE } from '../../core/series.ts';
import type { StreamingDetector } from '../../core/streaming-detector.ts';
import type { Memo } from '../alarms/memo.ts';
import { type FieldKind, PLAIN_VIEW, type View } from '../alarms/view.ts';
import type { ChangeKind } from '../change/change.ts';
import { CliError, fail, show, UsageError } from '../errors.ts';
import type { Followed, Tracker } from '../follow/follow.ts';
import type { Place } from '../follow/place.ts';
import type { Table } from '../input/columns.ts';
import type { Settings } from '../options/settings.ts';
import type { Field, Note, Scored } from '../output/formats.ts';
import { columnIn, nameOfSeries } from '../series/split.ts';
import { agreed, decode, encode, type SavedState } from '../state/saved-state.ts';
import { StateFile } from '../state/state-file.ts';
import { type Detectors, type LiveColumn, LiveColumns } from './live-columns.ts';

/** A column while it is scored: what is told of its values is filled in. */
export type Slice = Scored & {
  readonly fields: readonly (Field & { readonly texts?: string[] })[];
  readonly notes: (Note | undefined)[];
};

/** Detectors in the middle of their streams. */
export interface Live extends Followed {
  /** See {@link View.fields}. */
  readonly fields: readonly FieldKind[];
  /** What an alarm is, by column; nothing before {@link begin}, and where nothing is an alarm. */
  readonly thresholds: readonly number[];
  /** Makes the detectors of the table's columns, the first time; throws if a state holds others. */
  begin(table: Table): void;
  /**
   * Scores row t and learns it: all columns or none, unless a metric throws between two columns.
   *
   * @param time the text in the time column, or ''
   * @param series the name of the row's series, where rows are of several
   */
  update(scored: readonly Slice[], t: number, time: string, series?: string): void;
  /** See {@link Followed.numAnswered}; set by who writes the answers. */
  numAnswered: number;
  /** Writes the state file if there is one and a row came since the last save, or the place in a live file moved. */
  save(): void;
  /** What is to be said when the stream ends: that its detectors have not seen enough yet. */
  readonly notice: string | undefined;
}

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

/** The settings that every stream has. */
type Common = 'missing' | 'series';

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

/** The detectors of a stream, made or loaded. With the setting `series` every series has its own. */
export async function openLive<Name extends string, D extends StreamingDetector>(
  parts: LiveParts<Name | Common, D>,
): Promise<Live> {
  const { state, given, defaults } = parts;
  const { file, saved } = state;
  const settings = agreed(given, saved, defaults, file?.path);
  const hasSeries = settings.series !== '';
  if (hasSeries && given.series === undefined) {
    throw new UsageError(`${file!.path}: was saved with --series ${settings.series}: give it again`);
  }
  // A state that was saved before the first row has no detectors.
  const isBegun = saved !== undefined && saved.detectors.size > 0;
  const columns = new LiveColumns<D>({
    hasSeries,
    make: isBegun && !hasSeries ? undefined : await parts.make(settings),
    change: parts.change?.(settings),
    path: file?.path,
  });
  if (isBegun) columns.restore(saved.detectors, await parts.load(settings));
  return new LiveDetectors(state, settings, columns, parts);
}

/**
 * What of a value is scored: its change, if that is wanted, or it itself.
 *
 * @param secondsOf the time of a row in seconds; `undefined` without times: a rate is per value
 */
function changeOf(
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

/** Detectors of one kind, one per column of every series. */
class LiveDetectors<Name extends string, D extends StreamingDetector> implements Live {
  numRows: number;
  numAnswered: number;
  isSaveDue: boolean;
  readonly #state: OpenedState;
  readonly #settings: Settings<Name | Common>;
  readonly #columns: LiveColumns<D>;
  readonly #later: readonly string[];
  readonly #view: View<D>;
  readonly #warmup: Warmup<Name | Common, D> | undefined;
  readonly #secondsOf: (text: string) => number;
  #hasTimes: boolean;
  /** Number of rows that the file knows. */
  #numSaved: number;
  /** False if a row was learned by some columns only. Such a state is not saved. */
  #isWhole: boolean;
  #tracker: Tracker | undefined;
  /** The place that the file knows, as JSON. */
  #savedPlace: string | undefined;

  constructor(
    state: OpenedState,
    settings: Settings<Name | Common>,
    columns: LiveColumns<D>,
    parts: Pick<LiveParts<Name | Common, D>, 'later' | 'view' | 'warmup' | 'secondsOf'>,
  ) {
    const { later = [], view, warmup, secondsOf = () => NaN } = parts;
    this.numRows = state.saved?.numRows ?? 0;
    this.numAnswered = this.numRows;
    this.isSaveDue = false;
    this.#state = state;
    this.#settings = settings;
    this.#columns = columns;
    this.#later = later;
    this.#view = view?.(settings) ?? PLAIN_VIEW;
    this.#warmup = warmup;
    this.#secondsOf = secondsOf;
    this.#hasTimes = false;
    this.#numSaved = this.numRows;
    this.#isWhole = true;
    this.#tracker = undefined;
    this.#savedPlace = state.saved?.place && JSON.stringify(state.saved.place);
  }

  begin(table: Table): void {
    if (this.#columns.isBegun) return;
    this.#columns.begin(table);
    this.#hasTimes = table.times !== undefined;
  }

  /** All series have the same thresholds: those of the first one. */
  get thresholds(): readonly number[] {
    const { threshold } = this.#view;
    return threshold === undefined ? [] : this.#columns.first.map(({ detector }) => threshold(detector));
  }

  get fields(): View<D>['fields'] {
    return this.#view.fields;
  }

  update(scored: readonly Slice[], t: number, time: string, series?: string): void {
    if (this.#settings.missing === 'throw') this.#refuseMissing(scored, t, series);
    const columns = this.#columns.of(series ?? '');
    for (const [c, { name, values, scores, fields, notes }] of scored.entries()) {
      this.#isWhole = c === 0;
      const column = columns[c]!;
      const { detector, memo } = column;
      const value = changeOf(values[t]!, memo, this.numRows, time, this.#hasTimes ? this.#secondsOf : undefined);
      scores[t] = this.#view.update(detector, value, {
        index: this.numRows,
        time,
        series,
        column: nameOfSeries(series, columnIn(series, name, scored.length)),
        memo,
        tell: (field, x) => {
          if (typeof x === 'number') fields[field]!.values[t] = x;
          else fields[field]!.texts![t] = x;
        },
        note: (note) => {
          notes[t] = note;
        },
      });
      if (isPresent(values[t]!)) column.numPresent++;
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
    const isBegun = this.#columns.isBegun;
    const detectors = isBegun ? this.#columns.save() : (saved?.detectors ?? new Map<string, Uint8Array>());
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
    const texts = [this.#columns.notice, this.#warmupNotice].filter((text) => text !== undefined);
    return texts.length === 0 ? undefined : texts.join('; ');
  }

  /** That the stream ended in the warm-up of some of its detectors. */
  get #warmupNotice(): string | undefined {
    const numRowsBefore = this.#state.saved?.numRows ?? 0;
    const warmup = this.#warmup;
    if (warmup === undefined || this.numRows === numRowsBefore) return undefined;
    const numValues = warmup.numValues(this.#settings);
    const isOver = ({ detector, numPresent }: LiveColumn<D>): boolean =>
      numPresent >= numValues || warmup.isOver(detector, this.#settings);
    const { hasSeries } = this.#columns;
    const all = this.#columns.all();
    const parts = hasSeries ? all : all.flat().map((column) => [column]);
    const numShort = parts.filter((part) => !part.every(isOver)).length;
    if (numShort === 0) return undefined;
    if (hasSeries || parts.length > 1) {
      const what = hasSeries ? 'series' : 'columns';
      const which = numShort === parts.length ? `all ${numShort} ${what}` : `${numShort} of ${parts.length} ${what}`;
      return `${which} had fewer than the ${numValues} values that are passed over to learn what is usual: nothing could be an alarm there`;
    }
    const [[{ numPresent }]] = parts as [[LiveColumn<D>]];
    // A state does not tell how many of its rows were missing values.
    const came = numRowsBefore > 0 ? `fewer came in ${this.numRows} rows` : `only ${numPresent} came`;
    return `the first ${numValues} values are passed over to learn what is usual, ${came}: nothing could be an alarm`;
  }

  #refuseMissing(scored: readonly Scored[], t: number, series: string | undefined): void {
    const missing = scored.find(({ values }) => !isPresent(values[t]!));
    if (missing === undefined) return;
    const column = columnIn(series, missing.name, scored.length);
    const ofSeries = series === undefined ? '' : ` of series ${show(series)}`;
    const inColumn = column === undefined ? '' : ` in column ${show(column)}`;
    fail(`value ${this.numRows}${ofSeries}${inColumn} is missing, and --missing is throw`);
  }
}

function isPresent(value: number): boolean {
  return Math.abs(value) <= LARGEST_VALUE;
}
