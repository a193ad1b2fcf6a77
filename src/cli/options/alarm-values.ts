// Values of options about alarms that have a notation of their own: a factor, a least change, bounds.
import { show, UsageError } from '../errors.ts';

/** Kinds of values, which {@link CANONICAL} knows. */
export type AlarmKind = 'factor' | 'change' | 'bounds';

/** The least change of an alarm, as `--min-change` says it. */
export interface Change {
  /** In units of the series. */
  readonly absolute?: number;
  /** In percent of what was expected. */
  readonly percent?: number;
}

/** The numbers that values may lie between, as `--bounds` says them. */
export interface Bounds {
  readonly low?: number;
  readonly high?: number;
}

/** `--worse`: a number of at least 1, or `never`, which is Infinity. Throws a {@link UsageError}. */
export function factorOf(text: string, option: string): number {
  if (text.trim() === 'never') return Infinity;
  const factor = numberIn(text);
  if (factor >= 1) return factor;
  throw new UsageError(`${option} must be a number of at least 1, or never, got ${show(text)}`);
}

function canonicalFactor(text: string, option: string): string {
  const factor = factorOf(text, option);
  return factor === Infinity ? 'never' : String(factor);
}

/** `--min-change`: `5`, `10%`, or both, `5,10%`. Throws a {@link UsageError}. */
export function changeOf(text: string, option: string): Change {
  const change: { absolute?: number; percent?: number } = {};
  for (const part of text.split(',')) {
    const isPercent = part.trimEnd().endsWith('%');
    const name = isPercent ? 'percent' : 'absolute';
    const size = numberIn(isPercent ? part.trimEnd().slice(0, -1) : part);
    if (!(size >= 0) || change[name] !== undefined) {
      throw new UsageError(`${option} must be a number, a percentage or both, as in 5,10%, got ${show(text)}`);
    }
    change[name] = size;
  }
  return change;
}

function canonicalChange(text: string, option: string): string {
  const { absolute, percent } = changeOf(text, option);
  return [...(absolute === undefined ? [] : [absolute]), ...(percent === undefined ? [] : [`${percent}%`])].join(',');
}

/** `--bounds`: `LOW,HIGH`, of which one may be left away. Throws a {@link UsageError}. */
export function boundsOf(text: string, option: string): Bounds {
  const [low, high, ...others] = text.split(',').map((part) => (part.trim() === '' ? undefined : numberIn(part)));
  const isPair = others.length === 0 && text.includes(',') && !(low === undefined && high === undefined);
  if (!isPair || Number.isNaN(low) || Number.isNaN(high)) {
    throw new UsageError(`${option} must be LOW,HIGH, of which one may be left away, as in ,100, got ${show(text)}`);
  }
  if (low !== undefined && high !== undefined && low > high) {
    throw new UsageError(`${option}: LOW must not exceed HIGH, got ${show(text)}`);
  }
  return { ...(low !== undefined && { low }), ...(high !== undefined && { high }) };
}

function canonicalBounds(text: string, option: string): string {
  const { low = '', high = '' } = boundsOf(text, option);
  return `${low},${high}`;
}

/** The finite number in a text; NaN if it is none. */
function numberIn(text: string): number {
  const number = Number(text.trim() || NaN);
  return Number.isFinite(number) ? number : NaN;
}

/** By kind: the one way of writing a value that a state keeps. `option` is its name, for errors. */
export const CANONICAL: Readonly<Record<AlarmKind, (text: string, option: string) => string>> = {
  factor: canonicalFactor,
  change: canonicalChange,
  bounds: canonicalBounds,
};

export function isAlarmKind(kind: string): kind is AlarmKind {
  return Object.hasOwn(CANONICAL, kind);
}
