// What the state file of a streaming command holds, and whether it agrees with the command line.
import { StateReader, StateWriter } from '../../core/state.ts';
import { fail } from '../errors.ts';
import type { Place } from '../follow/place.ts';
import type { Settings } from '../options/settings.ts';

const kindOf = (command: string): string => `knn-anomaly ${command}`;

/** Version of the fields. It is raised by one whenever they change. */
const FORMAT = 2;

/** The format before there was a place: still that of states without one, so that older versions read them. */
const WITHOUT_PLACE = 1;

/** Detectors in the middle of their streams. */
export interface SavedState {
  readonly settings: Readonly<Record<string, string>>;
  /** Number of rows so far. */
  readonly numRows: number;
  /** The state of each column's detector by {@link keyOf} the column. */
  readonly detectors: ReadonlyMap<string, Uint8Array>;
  /** Where the rows end in a live file that is followed. */
  readonly place?: Place | undefined;
}

/** What a column is called in a state: its name, or where rows are of several series `["series","name"]`. */
export function keyOf(name: string, series: string | undefined): string {
  return series === undefined ? name : JSON.stringify([series, name]);
}

/** The column of a key: its name, '' without one, and its series where there are several. */
export function columnOf(key: string, hasSeries: boolean): { readonly name: string; readonly series?: string } {
  if (!hasSeries) return { name: key };
  const [series, name] = JSON.parse(key) as [string, string];
  return { name, series };
}

/** A state as bytes with a checksum. */
export function encode({ settings, numRows, detectors, place }: SavedState, command: string): Uint8Array {
  const kind = kindOf(command);
  const writer = place === undefined ? new StateWriter(kind, WITHOUT_PLACE) : new StateWriter(kind, FORMAT);
  writer.text(JSON.stringify(settings));
  writer.f64(numRows);
  writer.u32(detectors.size);
  for (const [name, bytes] of detectors) {
    writer.text(name);
    writer.bytes(bytes);
  }
  if (place !== undefined) writer.text(JSON.stringify(place));
  return writer.finish();
}

/** A state from its bytes; `path` is for messages. */
export function decode(bytes: Uint8Array, path: string, command: string): SavedState {
  try {
    const reader = new StateReader(bytes, kindOf(command), FORMAT);
    const settings = JSON.parse(reader.text()) as Record<string, string>;
    const numRows = reader.f64();
    const detectors = new Map<string, Uint8Array>();
    for (let count = reader.u32(); count > 0; count--) detectors.set(reader.text(), reader.bytes());
    const place = reader.format === WITHOUT_PLACE ? undefined : (JSON.parse(reader.text()) as Place);
    reader.end();
    return { settings, numRows, detectors, place };
  } catch (error) {
    return unusable(path, error);
  }
}

/** Throws the error of a state that cannot be continued. */
export function unusable(path: string, error: unknown): never {
  fail(`${path}: cannot be continued: ${(error as Error).message}; without the file everything begins anew`);
}

/**
 * The settings in force: each is the given one, else the saved one, else the default. Throws if a given setting differs
 * from the saved one, because a detector that learned with other settings cannot go on with these. A setting that is not in
 * the state came with a later version, so the detector learned without it.
 */
export function agreed<Name extends string>(
  given: Partial<Settings<Name>>,
  saved: SavedState | undefined,
  defaults: Settings<Name>,
  path: string | undefined,
): Settings<Name> {
  const settings: Record<Name, string> = { ...defaults };
  for (const name of Object.keys(defaults) as Name[]) {
    const before = saved && (saved.settings[name] ?? '');
    const now = given[name];
    settings[name] = now ?? before ?? defaults[name];
    if (before === undefined || now === undefined || now === before) continue;
    const remedy = 'use another file, or leave the option away to go on as before';
    if (name === 'reference') fail(`${path}: was saved with ${before ? 'another' : 'no'} --reference: ${remedy}`);
    const how = (value: string): string =>
      value === '' ? `without --${name}` : `with --${name}${isFlag(value) ? '' : ` ${value}`}`;
    fail(`${path}: was saved ${how(before)}, not ${how(now)}: ${remedy}`);
  }
  return settings;
}

/** Whether this is how the setting of a flag is written. */
function isFlag(value: string): boolean {
  return value === 'true';
}
