// The detectors behind a stream whose rows are of several series: one set per series, made when its first row comes.
import { LARGEST_VALUE } from '../../core/series.ts';
import type { StreamingDetector } from '../../core/streaming-detector.ts';
import { newMemo, takeMemo, withMemo } from '../alarms/memo.ts';
import type { ChangeKind } from '../change/change.ts';
import { fail, show, UsageError } from '../errors.ts';
import type { Place } from '../follow/place.ts';
import type { Table } from '../input/columns.ts';
import {
  changeOf,
  type Detectors,
  type Live,
  type LiveColumn,
  type LiveParts,
  type OpenedState,
  PLAIN_VIEW,
  type Slice,
  type Tracker,
  type View,
  type Warmup,
} from '../stream/live-detectors.ts';
import { encode, type SavedState, type Settings, unusable } from '../stream/saved-state.ts';
import { nameOfSeries } from './split.ts';

/** Most series at a time: of one more the one whose last row is longest ago is forgotten. */
const MOST_SERIES = 10_000;

/** Detectors by the name of their series. */
export class SeriesLive<Name extends string, D extends StreamingDetector> implements Live {
  numRows: number;
  numAnswered: number;
  isSaveDue: boolean;
  readonly #state: OpenedState;
  readonly #settings: Settings<Name | 'missing'>;
  readonly #make: Detectors<D>;
  readonly #later: readonly string[];
  readonly #view: View<D>;
  readonly #warmup: Warmup<Name | 'missing', D> | undefined;
  readonly #change: ChangeKind | undefined;
  readonly #secondsOf: (text: string) => number;
  /** By name, the columns of each; the series whose last row is longest ago comes first. */
  readonly #series: Map<string, readonly LiveColumn<D>[]>;
  #columns: Table | undefined;
  /** Names of the columns of a state. */
  #savedColumns: readonly string[] | undefined;
  #numForgotten: number;
  #numSaved: number;
  #isWhole: boolean;
  #hasTimes: boolean;
  #tracker: Tracker | undefined;
  /** The place that the file knows, as JSON. */
  #savedPlace: string | undefined;

  constructor(
    state: OpenedState,
    settings: Settings<Name | 'missing'>,
    make: Detectors<D>,
    load: (bytes: Uint8Array) => D,
    change: ChangeKind | undefined,
    parts: Pick<LiveParts<Name | 'missing', D>, 'later' | 'view' | 'warmup' | 'secondsOf'>,
  ) {
    const { later = [], view, warmup, secondsOf = () => NaN } = parts;
    this.numRows = state.saved?.numRows ?? 0;
    this.numAnswered = this.numRows;
    this.isSaveDue = false;
    this.#state = state;
    this.#settings = settings;
    this.#make = make;
    this.#later = later;
    this.#view = view?.(settings) ?? PLAIN_VIEW;
    this.#change = change;
    this.#secondsOf = secondsOf;
    this.#hasTimes = false;
    this.#tracker = undefined;
    this.#savedPlace = state.saved?.place && JSON.stringify(state.saved.place);
    this.#warmup = warmup;
    this.#series = new Map();
    this.#numForgotten = 0;
    this.#numSaved = this.numRows;
    this.#isWhole = true;
    if (state.saved !== undefined) this.#restore(state.saved, state.file!.path, load);
  }

  begin(table: Table): void {
    if (this.#columns !== undefined) return;
    this.#columns = { columns: table.columns, times: undefined };
    this.#hasTimes = table.times !== undefined;
    const names = namesOf(table);
    if (this.#savedColumns === undefined || JSON.stringify(this.#savedColumns) === JSON.stringify(names)) return;
    const [before, now] = [this.#savedColumns, names].map((all) => all.map(show).join(', '));
    throw new UsageError(`${this.#state.file!.path}: was saved of ${before}, the input is ${now}`);
  }

  get fields(): View<D>['fields'] {
    return this.#view.fields;
  }

  /** All series have the same threshold: that of the first one. */
  get thresholds(): readonly number[] {
    const { threshold } = this.#view;
    const [first] = this.#series.values();
    return threshold === undefined || first === undefined ? [] : first.map(({ detector }) => threshold(detector));
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

  update(scored: readonly Slice[], t: number, time: string, series = ''): void {
    if (this.#settings.missing === 'throw') refuseMissing(scored, t, series, this.numRows);
    const columns = this.#columnsOf(series);
    for (const [c, { name, values, scores, fields, notes }] of scored.entries()) {
      this.#isWhole = c === 0;
      const { detector, memo } = columns[c]!;
      const value = changeOf(values[t]!, memo, this.numRows, time, this.#hasTimes ? this.#secondsOf : undefined);
      scores[t] = this.#view.update(detector, value, {
        index: this.numRows,
        time,
        column: nameOfSeries(series, scored.length > 1 ? name : undefined),
        memo,
        tell: (field, x) => {
          if (typeof x === 'number') fields[field]!.values[t] = x;
          else fields[field]!.texts![t] = x;
        },
        note: (note) => {
          notes[t] = note;
        },
      });
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
    const names = this.#savedColumns ?? (this.#columns === undefined ? [] : namesOf(this.#columns));
    const detectors = new Map<string, Uint8Array>();
    for (const [series, own] of this.#series) {
      for (const [c, { memo, detector }] of own.entries()) {
        detectors.set(JSON.stringify([series, names[c]]), withMemo(memo, detector.save()));
      }
    }
    this.#tracker?.flush();
    const settings = saved?.settings ?? this.#savedSettings;
    file.write(encode({ settings, numRows: this.numRows, detectors, place }, command));
    this.#numSaved = this.numRows;
    this.#savedPlace = placeText;
  }

  get notice(): string | undefined {
    const texts: string[] = [];
    if (this.#numForgotten > 0) {
      texts.push(`more than ${MOST_SERIES} series: ${this.#numForgotten} times the one longest silent was forgotten`);
    }
    const warmup = this.#warmup;
    if (warmup !== undefined && this.numRows > (this.#state.saved?.numRows ?? 0)) {
      const numShort = [...this.#series.values()].filter(
        (own) => !own.every(({ detector }) => warmup.isOver(detector, this.#settings)),
      ).length;
      if (numShort > 0) {
        texts.push(
          `${numShort} of ${this.#series.size} series had fewer than the ${warmup.numValues(this.#settings)} values that are passed over to learn what is usual: nothing could be an alarm there`,
        );
      }
    }
    return texts.length === 0 ? undefined : texts.join('; ');
  }

  /** The columns of a series, which is now the one with the latest row. */
  #columnsOf(series: string): readonly LiveColumn<D>[] {
    const known = this.#series.get(series);
    if (known !== undefined) this.#series.delete(series);
    else if (this.#series.size >= MOST_SERIES) {
      this.#series.delete(this.#series.keys().next().value!);
      this.#numForgotten++;
    }
    const columns = known ?? this.#make(this.#columns!).map((detector) => ({ detector, memo: newMemo(this.#change) }));
    this.#series.set(series, columns);
    return columns;
  }

  #restore({ detectors }: SavedState, path: string, load: (bytes: Uint8Array) => D): void {
    try {
      const columns: string[] = [];
      for (const [key, bytes] of detectors) {
        const [series, column] = JSON.parse(key) as [string, string];
        if (!columns.includes(column)) columns.push(column);
        const { memo = newMemo(this.#change), detector } = takeMemo(bytes);
        this.#series.set(series, [...(this.#series.get(series) ?? []), { detector: load(detector), memo }]);
      }
      if (columns.length > 0) this.#savedColumns = columns;
    } catch (error) {
      unusable(path, error);
    }
  }

  /** The settings without those that came later and were not given. */
  get #savedSettings(): Record<string, string> {
    const all: [string, string][] = Object.entries(this.#settings);
    return Object.fromEntries(all.filter(([name, value]) => value !== '' || !this.#later.includes(name)));
  }
}

function namesOf({ columns }: Table): string[] {
  return columns.map(({ name = '' }) => name);
}

function refuseMissing(scored: readonly Slice[], t: number, series: string, index: number): void {
  const missing = scored.find(({ values }) => !(Math.abs(values[t]!) <= LARGEST_VALUE));
  if (missing === undefined) return;
  fail(`value ${index} of series ${show(series)} is missing, and --missing is throw`);
}
