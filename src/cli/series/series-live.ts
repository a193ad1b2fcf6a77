// The detectors behind a stream whose rows are of several series: one set per series, made when its first row comes.

import { LARGEST_VALUE } from '../../core/series.ts';
import type { StreamingDetector } from '../../core/streaming-detector.ts';
import { fail, show, UsageError } from '../errors.ts';
import type { Table } from '../input/columns.ts';
import type { Detectors, Live, LiveParts, OpenedState, Slice, View, Warmup } from '../stream/live-detectors.ts';
import { encode, type SavedState, type Settings, unusable } from '../stream/saved-state.ts';
import { nameOfSeries } from './split.ts';

/** Most series at a time: of one more the one whose last row is longest ago is forgotten. */
const MOST_SERIES = 10_000;

/** Detectors by the name of their series. */
export class SeriesLive<Name extends string, D extends StreamingDetector> implements Live {
  numRows: number;
  readonly #state: OpenedState;
  readonly #settings: Settings<Name | 'missing'>;
  readonly #make: Detectors<D>;
  readonly #later: readonly string[];
  readonly #view: View<D>;
  readonly #warmup: Warmup<Name | 'missing', D> | undefined;
  /** By name; the series whose last row is longest ago comes first. */
  readonly #series: Map<string, readonly D[]>;
  #columns: Table | undefined;
  /** Names of the columns of a state. */
  #savedColumns: readonly string[] | undefined;
  #numForgotten: number;
  #numSaved: number;
  #isWhole: boolean;

  constructor(
    state: OpenedState,
    settings: Settings<Name | 'missing'>,
    make: Detectors<D>,
    load: (bytes: Uint8Array) => D,
    { later = [], view, warmup }: Pick<LiveParts<Name | 'missing', D>, 'later' | 'view' | 'warmup'>,
  ) {
    this.numRows = state.saved?.numRows ?? 0;
    this.#state = state;
    this.#settings = settings;
    this.#make = make;
    this.#later = later;
    this.#view = view?.(settings) ?? { fields: [], update: (detector, value) => detector.update(value) };
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
    const names = namesOf(table);
    if (this.#savedColumns === undefined || JSON.stringify(this.#savedColumns) === JSON.stringify(names)) return;
    const [before, now] = [this.#savedColumns, names].map((all) => all.map(show).join(', '));
    throw new UsageError(`${this.#state.file!.path}: was saved of ${before}, the input is ${now}`);
  }

  get fields(): View<D>['fields'] {
    return this.#view.fields;
  }

  update(scored: readonly Slice[], t: number, time: string, series = ''): void {
    if (this.#settings.missing === 'throw') refuseMissing(scored, t, series, this.numRows);
    const detectors = this.#detectorsOf(series);
    for (const [c, { name, values, scores, fields, notes }] of scored.entries()) {
      this.#isWhole = c === 0;
      scores[t] = this.#view.update(detectors[c]!, values[t]!, {
        index: this.numRows,
        time,
        column: nameOfSeries(series, scored.length > 1 ? name : undefined),
        tell: (field, x) => {
          fields[field]!.values[t] = x;
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
    if (file === undefined || this.numRows === this.#numSaved || !this.#isWhole) return;
    const columns = this.#savedColumns ?? namesOf(this.#columns!);
    const detectors = new Map<string, Uint8Array>();
    for (const [series, own] of this.#series) {
      for (const [c, detector] of own.entries()) detectors.set(JSON.stringify([series, columns[c]]), detector.save());
    }
    file.write(encode({ settings: saved?.settings ?? this.#savedSettings, numRows: this.numRows, detectors }, command));
    this.#numSaved = this.numRows;
  }

  get notice(): string | undefined {
    const texts: string[] = [];
    if (this.#numForgotten > 0) {
      texts.push(`more than ${MOST_SERIES} series: ${this.#numForgotten} times the one longest silent was forgotten`);
    }
    const warmup = this.#warmup;
    if (warmup !== undefined && this.numRows > (this.#state.saved?.numRows ?? 0)) {
      const numShort = [...this.#series.values()].filter(
        (own) => !own.every((d) => warmup.isOver(d, this.#settings)),
      ).length;
      if (numShort > 0) {
        texts.push(
          `${numShort} of ${this.#series.size} series had fewer than the ${warmup.numValues(this.#settings)} values that are passed over to learn what is usual: nothing could be an alarm there`,
        );
      }
    }
    return texts.length === 0 ? undefined : texts.join('; ');
  }

  /** The detectors of a series, which is now the one with the latest row. */
  #detectorsOf(series: string): readonly D[] {
    const known = this.#series.get(series);
    if (known !== undefined) this.#series.delete(series);
    else if (this.#series.size >= MOST_SERIES) {
      this.#series.delete(this.#series.keys().next().value!);
      this.#numForgotten++;
    }
    const detectors = known ?? this.#make(this.#columns!);
    this.#series.set(series, detectors);
    return detectors;
  }

  #restore({ detectors }: SavedState, path: string, load: (bytes: Uint8Array) => D): void {
    try {
      const columns: string[] = [];
      for (const [key, bytes] of detectors) {
        const [series, column] = JSON.parse(key) as [string, string];
        if (!columns.includes(column)) columns.push(column);
        this.#series.set(series, [...(this.#series.get(series) ?? []), load(bytes)]);
      }
      this.#savedColumns = columns;
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
