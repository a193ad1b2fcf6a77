// What a state file of `knn-anomaly stream`, `changefinder` or `monitor` holds, and whether it fits what the command line asks for.
import { StateReader, StateWriter } from '../../core/state.ts';
import { fail } from '../errors.ts';

/** The commands that keep a state. */
export type StatefulCommand = 'stream' | 'changefinder' | 'monitor';

const kindOf = (command: StatefulCommand): string => `knn-anomaly ${command}`;

/** Of the fields: raised by one whenever they change. */
const FORMAT = 1;

/** Options as texts, by name; an option that plays no part is ''. */
export type Settings<Name extends string> = Readonly<Record<Name, string>>;

/** Detectors in the middle of their streams. */
export interface SavedStream {
  readonly settings: Readonly<Record<string, string>>;
  /** How many rows there were. */
  readonly numRows: number;
  /** The state of the detector of each column, with the column's name; '' where it has none. */
  readonly detectors: ReadonlyMap<string, Uint8Array>;
}

/** As bytes with a checksum. */
export function encode({ settings, numRows, detectors }: SavedStream, command: StatefulCommand): Uint8Array {
  const writer = new StateWriter(kindOf(command), FORMAT);
  writer.text(JSON.stringify(settings));
  writer.f64(numRows);
  writer.u32(detectors.size);
  for (const [name, bytes] of detectors) {
    writer.text(name);
    writer.bytes(bytes);
  }
  return writer.finish();
}

/** From bytes; `path` is for messages. */
export function decode(bytes: Uint8Array, path: string, command: StatefulCommand): SavedStream {
  try {
    const reader = new StateReader(bytes, kindOf(command), FORMAT);
    const settings = JSON.parse(reader.text()) as Record<string, string>;
    const numRows = reader.f64();
    const detectors = new Map<string, Uint8Array>();
    for (let count = reader.u32(); count > 0; count--) detectors.set(reader.text(), reader.bytes());
    reader.end();
    return { settings, numRows, detectors };
  } catch (error) {
    return unusable(path, error);
  }
}

/** Throws the error of a state that cannot be continued. */
export function unusable(path: string, error: unknown): never {
  fail(`${path}: cannot be continued: ${(error as Error).message}; without the file everything begins anew`);
}

/**
 * The settings in force: what was given, else what was saved, else the defaults. Throws if a given one is not the saved
 * one: what was learned with other settings says nothing.
 */
export function agreed<Name extends string>(
  given: Partial<Settings<Name>>,
  saved: SavedStream | undefined,
  defaults: Settings<Name>,
  path: string | undefined,
): Settings<Name> {
  const settings: Record<Name, string> = { ...defaults };
  for (const name of Object.keys(defaults) as Name[]) {
    const before = saved?.settings[name];
    const now = given[name];
    settings[name] = now ?? before ?? defaults[name];
    if (before === undefined || now === undefined || now === before) continue;
    const remedy = 'use another file, or leave the option away to go on as before';
    if (name === 'reference') fail(`${path}: was saved with ${before ? 'another' : 'no'} --reference: ${remedy}`);
    const was = before === '' ? `without --${name}` : `with --${name} ${before}`;
    fail(`${path}: was saved ${was}, not with --${name} ${now}: ${remedy}`);
  }
  return settings;
}
