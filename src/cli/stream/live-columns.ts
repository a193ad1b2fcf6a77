// The columns of a stream by their series: a detector each, made with the first row of its series, or loaded. Without --series
// a stream has one series, named ''.
import type { StreamingDetector } from '../../core/streaming-detector.ts';
import { type Memo, newMemo, takeMemo, withMemo } from '../alarms/memo.ts';
import type { ChangeKind } from '../change/change.ts';
import { show, UsageError } from '../errors.ts';
import type { Table } from '../input/columns.ts';
import { columnOf, keyOf, type SavedState, unusable } from '../state/saved-state.ts';

/** Most series at a time: of one more the one whose last row is longest ago is forgotten. */
const MOST_SERIES = 10_000;

/** A column of a series. */
export interface LiveColumn<D extends StreamingDetector> {
  readonly name: string;
  readonly detector: D;
  /** What is remembered beside it. */
  readonly memo: Memo;
  /** Number of values in this run that were not missing. */
  numPresent: number;
}

/** The detectors of the columns of a table. */
export type Detectors<D extends StreamingDetector> = (table: Table) => D[];

/** What {@link LiveColumns} are made of. */
export interface ColumnParts<D extends StreamingDetector> {
  /** Whether rows are of several series. */
  readonly hasSeries: boolean;
  /** Makes detectors. Without series, it is needed only where none are saved. */
  readonly make: Detectors<D> | undefined;
  /** What of the values is scored, where it is not the values themselves. */
  readonly change: ChangeKind | undefined;
  /** The path of the state, for messages. */
  readonly path: string | undefined;
}

/** The detectors of a stream. */
export class LiveColumns<D extends StreamingDetector> {
  readonly hasSeries: boolean;
  readonly #make: Detectors<D> | undefined;
  readonly #change: ChangeKind | undefined;
  readonly #path: string | undefined;
  /** By name; the series whose last row is longest ago comes first. */
  readonly #series: Map<string, readonly LiveColumn<D>[]>;
  /** The series of the latest row, and its columns. */
  #latest: { readonly series: string; readonly columns: readonly LiveColumn<D>[] } | undefined;
  #table: Table | undefined;
  #numForgotten: number;

  constructor({ hasSeries, make, change, path }: ColumnParts<D>) {
    this.hasSeries = hasSeries;
    this.#make = make;
    this.#change = change;
    this.#path = path;
    this.#series = new Map();
    this.#latest = undefined;
    this.#table = undefined;
    this.#numForgotten = 0;
  }

  /** Takes up the columns of a state. @throws CliError if they cannot be loaded */
  restore(saved: SavedState['detectors'], load: (bytes: Uint8Array) => D): void {
    try {
      for (const [key, bytes] of saved) {
        const { name, series = '' } = columnOf(key, this.hasSeries);
        const { memo = newMemo(this.#change), detector } = takeMemo(bytes);
        const column = { name, detector: load(detector), memo, numPresent: 0 };
        this.#series.set(series, [...(this.#series.get(series) ?? []), column]);
      }
    } catch (error) {
      unusable(this.#path!, error);
    }
  }

  /** Whether the columns of the stream are known. */
  get isBegun(): boolean {
    return this.#table !== undefined;
  }

  /** Tells the columns, the first time. @throws UsageError if a state holds others */
  begin(table: Table): void {
    if (this.#table !== undefined) return;
    const names = namesOf(table);
    for (const [series, columns] of this.#series) this.#series.set(series, inOrder(columns, names, this.#path!));
    this.#table = table;
    if (!this.hasSeries) this.of('');
  }

  /** The columns of a series, which is now the one with the latest row. Amortized O(1). */
  of(series: string): readonly LiveColumn<D>[] {
    if (this.#latest?.series === series) return this.#latest.columns;
    const known = this.#series.get(series);
    if (known !== undefined) this.#series.delete(series);
    else if (this.#series.size >= MOST_SERIES) {
      this.#series.delete(this.#series.keys().next().value!);
      this.#numForgotten++;
    }
    const columns = known ?? this.#made();
    this.#series.set(series, columns);
    this.#latest = { series, columns };
    return columns;
  }

  /** The columns of the first of the series. */
  get first(): readonly LiveColumn<D>[] {
    return this.#series.values().next().value ?? [];
  }

  /** The columns of each series. */
  all(): (readonly LiveColumn<D>[])[] {
    return [...this.#series.values()];
  }

  /** All detectors as bytes, with what is remembered beside them. */
  save(): Map<string, Uint8Array> {
    const saved = new Map<string, Uint8Array>();
    for (const [series, columns] of this.#series) {
      for (const { name, memo, detector } of columns) {
        saved.set(keyOf(name, this.hasSeries ? series : undefined), withMemo(memo, detector.save()));
      }
    }
    return saved;
  }

  /** What is to be said of series that were forgotten, if any. */
  get notice(): string | undefined {
    if (this.#numForgotten === 0) return undefined;
    const times = this.#numForgotten === 1 ? 'once' : `${this.#numForgotten} times`;
    return `more than ${MOST_SERIES} series: the one longest silent was forgotten ${times}`;
  }

  #made(): LiveColumn<D>[] {
    const names = namesOf(this.#table!);
    return this.#make!(this.#table!).map((detector, c) => {
      return { name: names[c]!, detector, memo: newMemo(this.#change), numPresent: 0 };
    });
  }
}

function namesOf({ columns }: Table): string[] {
  return columns.map(({ name = '' }) => name);
}

/** Saved columns in the order of these names. */
function inOrder<D extends StreamingDetector>(
  columns: readonly LiveColumn<D>[],
  names: readonly string[],
  path: string,
): readonly LiveColumn<D>[] {
  if (columns.length === names.length && columns.every(({ name }) => names.includes(name))) {
    return names.map((name) => columns.find((column) => column.name === name)!);
  }
  const list = (all: readonly string[]): string => all.map((name) => (name ? show(name) : 'numbers')).join(', ');
  const before = list(columns.map(({ name }) => name));
  throw new UsageError(`${path}: was saved of ${before}, the input is ${list(names)}`);
}
