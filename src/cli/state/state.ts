// The command `state info`: what is in a state file, without changing it.
import { readFileSync, statSync } from 'node:fs';
import { kindOf, StateReader } from '../../core/state.ts';
import { takeMemo } from '../alarms/memo.ts';
import { type Command, EXIT_STATUS } from '../command.ts';
import { formatBytes, formatCount } from '../cost.ts';
import { CliError, fileError, UsageError } from '../errors.ts';
import type { ParsedOptions } from '../options/parse.ts';
import { lineWidth, plain, wrapped } from '../output/text.ts';
import { nameOfSeries } from '../series/split.ts';
import { columnOf, decode, type SavedState } from './saved-state.ts';

/** How the kind of a state begins that a command wrote. */
const COMMAND = 'knn-anomaly ';

/** The command `knn-anomaly state`. */
export const state: Command = {
  usage: 'info FILE [options]',
  about: `Tells what is in a state file: the command that saved it, its settings, how many
rows it has seen, the columns and their detectors, and when it was saved. A file
that is damaged, or something else, is an error. Nothing is changed.`,
  groups: [{ title: 'Output', options: ['format', 'help'] }],
  exitStatus: EXIT_STATUS,
  examples: `knn-anomaly state info latency.state
knn-anomaly state info latency.state --format json`,
  run: async (given) => {
    const info = describeState(pathOf(given));
    process.stdout.write(given.choice('format') === 'json' ? `${JSON.stringify(info)}\n` : tableOf(info));
  },
};

/** What is told of a state file. */
interface StateInfo {
  readonly file: string;
  /** The command that saved it, or the class of the library. */
  readonly kind: string;
  readonly bytes: number;
  /** When the file was written, as an ISO date. */
  readonly saved: string;
  /** Number of rows, options that were not left away, and columns with the class of their detector: of a command's state. */
  readonly rows?: number;
  readonly settings?: Readonly<Record<string, string>>;
  /** Where the rows end in a live file: bytes and lines before the place. */
  readonly follows?: { readonly file: string; readonly bytes: number; readonly lines: number };
  readonly columns?: readonly {
    /** Where rows are of several series. */
    readonly series?: string;
    readonly name: string | null;
    readonly detector: string;
    readonly bytes: number;
  }[];
}

function pathOf({ positionals }: ParsedOptions): string {
  const [action, path, ...rest] = positionals;
  if (action === 'info' && path !== undefined && rest.length === 0) return path;
  throw new UsageError('state takes what to do, which is info, and one FILE (see knn-anomaly state --help)');
}

function describeState(path: string): StateInfo {
  const { bytes, saved } = read(path);
  const kind = kindOf(bytes);
  const about = { file: path, kind, bytes: bytes.length, saved };
  if (!kind.startsWith(COMMAND)) {
    check(path, () => new StateReader(bytes, kind, Infinity));
    return about;
  }
  const { settings, numRows, detectors, place } = check(path, () => decode(bytes, path, kind.slice(COMMAND.length)));
  return {
    ...about,
    rows: numRows,
    ...(place && { follows: { file: place.path, bytes: place.offset, lines: place.line } }),
    settings: Object.fromEntries(Object.entries(settings).filter(([name, value]) => isInForce(name, value, settings))),
    columns: check(path, () => columnsOf(detectors, (settings.series ?? '') !== '')),
  };
}

/** Whether a setting was given, and not another one instead. */
function isInForce(name: string, value: string, { detector = '' }: Readonly<Record<string, string>>): boolean {
  return value !== '' && !(name === 'preset' && detector !== '');
}

function columnsOf(detectors: SavedState['detectors'], hasSeries: boolean): NonNullable<StateInfo['columns']> {
  return Array.from(detectors, ([key, bytes]) => {
    const { name, ...ofSeries } = columnOf(key, hasSeries);
    return { ...ofSeries, name: name || null, detector: kindOf(takeMemo(bytes).detector), bytes: bytes.length };
  });
}

function read(path: string): { bytes: Uint8Array; saved: string } {
  try {
    return { bytes: readFileSync(path), saved: statSync(path).mtime.toISOString() };
  } catch (error) {
    throw fileError(error, path);
  }
}

/** Turns what cannot be read into one line about the file. */
function check<T>(path: string, readState: () => T): T {
  try {
    return readState();
  } catch (error) {
    const { message } = error as Error;
    const reason = message.replace(`${path}: cannot be continued: `, '').replace(/; without the file .*$/, '');
    throw new CliError(`${path}: is no state that can be read: ${reason}`);
  }
}

/** Width of the names on the left. */
const NAME = 10;

function tableOf({ file, kind, bytes, saved, rows, follows, settings, columns }: StateInfo): string {
  const width = lineWidth() - NAME;
  const field = (name: string, text: string): string =>
    wrapped(text, width).map((line, l) => `${(l === 0 ? name : '').padEnd(NAME)}${line}\n`).join(''); // biome-ignore format: one line
  const lines = [field('file', `${plain(file)}, ${formatBytes(bytes)}`), field('kind', kind), field('saved', saved)];
  if (rows !== undefined) lines.push(field('rows', formatCount(rows)));
  if (follows !== undefined) {
    const { file, lines: numLines, bytes: numBytes } = follows;
    lines.push(
      field('follows', `${plain(file)}, read to line ${formatCount(numLines)}, byte ${formatCount(numBytes)}`),
    );
  }
  for (const [s, [name, value]] of Object.entries(settings ?? {}).entries()) {
    lines.push(field(s === 0 ? 'settings' : '', `--${name}${value === 'true' ? '' : ` ${plain(value)}`}`));
  }
  for (const [c, { series, name, detector, bytes: size }] of (columns ?? []).entries()) {
    const title = plain(nameOfSeries(series, name ?? undefined) ?? 'numbers');
    lines.push(field(c === 0 ? 'columns' : '', `${title}: ${detector}, ${formatBytes(size)}`));
  }
  return lines.join('');
}
