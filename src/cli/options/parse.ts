// From the texts of the command line to values: strict, and with the option's own name in every error.
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { codeOf, show, UsageError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { CANONICAL, isAlarmKind } from './alarm-values.ts';
import { defaultOf, type Option, type OptionName, optionOf } from './table.ts';

/** The texts of one option in the order in which they were given; of a flag, as often `true`. */
type RawValues = readonly (string | boolean)[];

/**
 * The options and arguments in `args` of a command that takes the options `names`. Throws a {@link UsageError} for an
 * unknown option, one without its value, and one that is given twice but cannot be repeated. The values themselves are
 * checked when they are asked for.
 */
export function parseOptions(args: readonly string[], command: string, names: readonly OptionName[]): ParsedOptions {
  const options: NonNullable<ParseArgsConfig['options']> = {};
  for (const name of names) {
    const { kind, short } = optionOf(name, command);
    options[name] = { type: kind === 'flag' ? 'boolean' : 'string', multiple: true, ...(short && { short }) };
  }
  const { values, positionals } = parse(args, options, command);
  if (values.help === undefined) {
    for (const name of names) refuseRepeated(name, values[name] ?? [], optionOf(name, command));
  }
  return new ParsedOptions(command, names, values, positionals);
}

function parse(
  args: readonly string[],
  options: NonNullable<ParseArgsConfig['options']>,
  command: string,
): { values: Record<string, RawValues | undefined>; positionals: string[] } {
  try {
    const { values, positionals } = parseArgs({ args: joined(args), options, allowPositionals: true });
    return { values: values as Record<string, RawValues | undefined>, positionals };
  } catch (error) {
    throw new UsageError(`${problemOf(error, Object.keys(options))} (see knn-anomaly ${command} --help)`);
  }
}

/** The arguments, where `--since -2h` is written as `--since=-2h`: a time before now is no option. */
function joined(args: readonly string[]): string[] {
  const all: string[] = [];
  for (let a = 0; a < args.length; a++) {
    const isBound = args[a] === '--since' || args[a] === '--until';
    if (isBound && /^-\.?\d/.test(args[a + 1] ?? '')) all.push(`${args[a]}=${args[++a]}`);
    else all.push(args[a]!);
  }
  return all;
}

function problemOf(error: unknown, known: readonly string[]): string {
  const { message } = error as Error;
  const name = /'(?:-\w, )?(-{1,2}[^' ]*)/.exec(message)?.[1] ?? 'an option';
  if (codeOf(error) === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
    const meant = name.startsWith('--') ? nearest(name.slice(2).split('=')[0]!, known) : undefined;
    return `unknown option ${name}${meant === undefined ? '' : `; did you mean --${meant}?`}`;
  }
  if (message.includes('does not take an argument')) return `${name} takes no value`;
  const dashed = /use '([^']*)'/.exec(message)?.[1];
  if (message.includes('ambiguous')) return `${name} needs a value; one that begins with a dash is written ${dashed}`;
  return message.includes('argument missing') ? `${name} needs a value` : message.split('\n')[0]!;
}

function refuseRepeated(name: OptionName, { length }: RawValues, { isRepeatable }: Option): void {
  if (length < 2 || isRepeatable) return;
  throw new UsageError(`--${name} is given ${length === 2 ? 'twice' : `${length} times`}`);
}

/** The command line of one command. The types of the values are those of the table of options. */
export class ParsedOptions {
  /** The command's name. */
  readonly command: string;
  /** Arguments that belong to no option. */
  readonly positionals: readonly string[];
  readonly #names: readonly OptionName[];
  readonly #values: Readonly<Record<string, RawValues | undefined>>;

  constructor(
    command: string,
    names: readonly OptionName[],
    values: Readonly<Record<string, RawValues | undefined>>,
    positionals: readonly string[],
  ) {
    this.command = command;
    this.positionals = positionals;
    this.#names = names;
    this.#values = values;
  }

  /** Whether the command has this option. */
  takes(name: OptionName): boolean {
    return this.#names.includes(name);
  }

  /** Whether the option was given. */
  has(name: OptionName): boolean {
    return this.#raw(name).length > 0;
  }

  flag(name: OptionName): boolean {
    return this.has(name);
  }

  /** Every text that was given, in order. */
  texts(name: OptionName): string[] {
    return this.#raw(name) as string[];
  }

  /** The text that was given, or the default. */
  text(name: OptionName): string | undefined {
    return this.texts(name)[0] ?? defaultOf(name, this.command);
  }

  /** The integer that was given, or the default, which the option must have. */
  integer(name: OptionName): number {
    return parseInteger(this.#required(name), `--${name}`, this.#option(name).least!);
  }

  /** The number that was given, or the default, which the option must have. */
  number(name: OptionName): number {
    return parseNumber(this.#required(name), `--${name}`, this.#option(name));
  }

  /** The choice that was given, or the first one. `T` must be the choices of the table. */
  choice<T extends string>(name: OptionName): T {
    return parseChoice(this.#required(name), `--${name}`, this.#option(name).choices as readonly T[]);
  }

  /** Seconds. */
  seconds(name: OptionName): number {
    return parseSeconds(this.#required(name), `--${name}`);
  }

  /** Bytes. */
  size(name: OptionName): number {
    return parseSize(this.#required(name), `--${name}`);
  }

  /** The value as a text in the one way of writing it that a state keeps: `5` for `05`. */
  canonical(name: OptionName): string {
    const { kind } = this.#option(name);
    if (kind === 'flag') return 'true';
    if (isAlarmKind(kind)) return CANONICAL[kind](this.#required(name), `--${name}`);
    if (kind === 'integer') return String(this.integer(name));
    if (kind === 'number') return String(this.number(name));
    return kind === 'choice' ? this.choice(name) : this.#required(name);
  }

  #raw(name: OptionName): RawValues {
    if (!this.#names.includes(name)) throw new Error(`${this.command} takes no --${name}: add it to a group`);
    return this.#values[name] ?? [];
  }

  #option(name: OptionName): Option {
    return optionOf(name, this.command);
  }

  #required(name: OptionName): string {
    const text = this.text(name);
    if (text === undefined) throw new Error(`--${name} has no default: ask has() first`);
    return text;
  }
}

/** The positive (`least` 1) or non-negative (`least` 0) integer in `text`. */
export function parseInteger(text: string, option: string, least: 0 | 1): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && Number.isSafeInteger(value)) return value;
  throw new UsageError(`${option} must be a ${least === 1 ? 'positive' : 'non-negative'} integer, got ${show(text)}`);
}

export function parseNumber(text: string, option: string, { above, below }: Option): number {
  const value = Number(text.trim() || NaN);
  if (Number.isFinite(value) && value > (above ?? -Infinity) && value < (below ?? Infinity)) return value;
  const isPositive = above === 0 && below === undefined;
  const range = above === undefined || below === undefined ? '' : ` above ${above} and below ${below}`;
  throw new UsageError(`${option} must be a ${isPositive ? 'positive ' : ''}number${range}, got ${show(text)}`);
}

export function parseChoice<T extends string>(text: string, option: string, choices: readonly T[]): T {
  const choice = choices.find((candidate) => candidate === text);
  if (choice !== undefined) return choice;
  throw new UsageError(`${option} must be one of ${choices.join(', ')}, got ${show(text)}`);
}

/** A positive number of seconds, up to a day. */
function parseSeconds(text: string, option: string): number {
  const seconds = Number(text || NaN);
  if (seconds > 0 && seconds <= 86_400) return seconds;
  throw new UsageError(`${option} must be a number of seconds, more than 0 and at most 86400, got ${show(text)}`);
}

/** A number of bytes such as `500M` or `2G`. */
function parseSize(text: string, option: string): number {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)([KMG]?)B?$/i.exec(text) ?? [];
  const bytes = Math.floor(Number(digits) * 1024 ** ' KMG'.indexOf(unit.toUpperCase() || ' '));
  if (bytes >= 1) return bytes;
  throw new UsageError(`${option} must be a size such as 500M or 2G, got ${show(text)}`);
}
