// The options that say how an input is written.
import { show, UsageError } from '../errors.ts';
import type { Dialect } from '../input/dialect.ts';
import { clockFor, TIME_FORMATS } from '../input/times.ts';
import type { ParsedOptions } from './parse.ts';

const DELIMITERS: Readonly<Record<string, string>> = { tab: '\t', '\\t': '\t', space: ' ', blanks: ' ', none: '' };

/** How the input is written, as far as the options say it. Throws for options that contradict each other. */
export function dialectOf(given: ParsedOptions): Dialect {
  const decimal = given.choice<'auto' | '.' | ','>('decimal');
  const thousands = given.text('thousands');
  if (thousands !== undefined && !/^[.,' _]$/.test(thousands)) {
    throw new UsageError(`--thousands must be one of . , ' _ or a blank, got ${show(thousands)}`);
  }
  if (thousands === decimal) throw new UsageError(`--decimal and --thousands are both ${show(decimal)}`);
  return {
    delimiter: delimiterOf(given.text('delimiter')),
    comment: given.text('comment') || undefined,
    skipLines: given.integer('skip-lines'),
    notation: {
      decimal: decimal === 'auto' ? undefined : decimal,
      thousands,
      na: given.texts('na').flatMap((list) => list.split(',').map((item) => item.trim())),
    },
    timeFormat: timeFormatOf(given),
    where: whereOf(given.text('where')),
    isSparse: given.flag('sparse'),
    path: given.text('path'),
    encoding: encodingOf(given.text('encoding')),
    badLines: given.choice('bad-lines'),
  };
}

function delimiterOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const named = DELIMITERS[text];
  if (named !== undefined) return named;
  if (text.length === 1 && !/["\r\n]/.test(text)) return text;
  throw new UsageError(`--delimiter must be one character, tab, space or none, got ${show(text)}`);
}

function timeFormatOf(given: ParsedOptions): string | undefined {
  const text = given.text('time-format');
  if (text === undefined) return undefined;
  if (!given.has('time')) throw new UsageError('--time-format is for --time');
  if (clockFor(text) !== undefined) return text;
  throw new UsageError(
    `--time-format must be one of ${TIME_FORMATS.join(', ')} or a pattern with year and month such as %d.%m.%Y, got ${show(text)}`,
  );
}

function whereOf(text: string | undefined): Dialect['where'] {
  if (text === undefined) return undefined;
  const at = text.indexOf('=');
  if (at > 0) return { column: text.slice(0, at), value: text.slice(at + 1) };
  throw new UsageError(`--where must be NAME=TEXT, got ${show(text)}`);
}

function encodingOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    return new TextDecoder(text).encoding;
  } catch {
    throw new UsageError(
      `--encoding ${show(text)} is not known; known are utf-8, utf-16le, latin1, shift_jis and others`,
    );
  }
}
