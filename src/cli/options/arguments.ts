// The texts of the command line as values: strict, and with the option's own name in every error.
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { codeOf, show, UsageError } from '../errors.ts';

/** What parseArgs gives for one option. */
export type RawValue = string | boolean | (string | boolean)[] | undefined;

/** Options and positional arguments as texts. Throws a {@link UsageError} for what `options` does not know. */
export function parseTexts(
  args: readonly string[],
  options: NonNullable<ParseArgsConfig['options']>,
  command: string,
): { values: Record<string, RawValue>; positionals: string[] } {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(`${problemOf(error)} (see knn-anomaly ${command} --help)`);
  }
}

function problemOf(error: unknown): string {
  const { message } = error as Error;
  const name = /'(?:-\w, )?(-{1,2}[^' ]*)/.exec(message)?.[1] ?? 'an option';
  if (codeOf(error) === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') return `unknown option ${name}`;
  if (message.includes('does not take an argument')) return `${name} takes no value`;
  const dashed = /use '([^']*)'/.exec(message)?.[1];
  if (message.includes('ambiguous')) return `${name} needs a value; one that begins with a dash is written ${dashed}`;
  return message.includes('argument missing') ? `${name} needs a value` : message.split('\n')[0]!;
}

/** The options that were given, as values. */
export class Given<Name extends string> {
  readonly #values: Readonly<Record<string, RawValue>>;

  constructor(values: Readonly<Record<string, RawValue>>) {
    this.#values = values;
  }

  has(name: Name): boolean {
    return this.#values[name] !== undefined;
  }

  flag(name: Name): boolean {
    return this.#values[name] === true;
  }

  text(name: Name): string | undefined {
    return this.#values[name] as string | undefined;
  }

  /** Those of an option that may be repeated. */
  texts(name: Name): string[] {
    return (this.#values[name] as string[] | undefined) ?? [];
  }

  integer<T>(name: Name, least: 0 | 1, fallback: T): number | T {
    const text = this.text(name);
    return text === undefined ? fallback : parseInteger(text, `--${name}`, least);
  }

  /** One of `choices`, the first if it was not given. */
  choice<T extends string>(name: Name, choices: readonly [T, ...T[]]): T {
    const text = this.text(name);
    return text === undefined ? choices[0] : parseChoice(text, `--${name}`, choices);
  }
}

/** The positive (`least` 1) or non-negative (`least` 0) integer in `text`. */
export function parseInteger(text: string, option: string, least: 0 | 1): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && Number.isSafeInteger(value)) return value;
  throw new UsageError(`${option} must be a ${least === 1 ? 'positive' : 'non-negative'} integer, got ${show(text)}`);
}

/** One of `choices`. */
export function parseChoice<T extends string>(text: string, option: string, choices: readonly T[]): T {
  const choice = choices.find((candidate) => candidate === text);
  if (choice !== undefined) return choice;
  throw new UsageError(`${option} must be one of ${choices.join(', ')}, got ${show(text)}`);
}

/** A positive number of seconds, up to a day. */
export function parseSeconds(text: string, option: string): number {
  const seconds = Number(text || NaN);
  if (seconds > 0 && seconds <= 86_400) return seconds;
  throw new UsageError(`${option} must be a number of seconds, more than 0 and at most 86400, got ${show(text)}`);
}

/** A number of bytes such as `500M` or `2G`. */
export function parseSize(text: string, option: string): number {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)([KMG]?)B?$/i.exec(text) ?? [];
  const bytes = Math.floor(Number(digits) * 1024 ** ' KMG'.indexOf(unit.toUpperCase() || ' '));
  if (bytes >= 1) return bytes;
  throw new UsageError(`${option} must be a size such as 500M or 2G, got ${show(text)}`);
}
