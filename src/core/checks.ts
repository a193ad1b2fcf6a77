// The argument checks that all detectors share, and the text by which an error message shows a value.

/** Throws unless `value` is an integer of at least `least`. */
export function checkInteger(value: unknown, argument: string, least: 0 | 1): void {
  const expectation = `${argument} must be a ${least === 1 ? 'positive' : 'non-negative'} integer`;
  if (typeof value !== 'number') throw new TypeError(`${expectation}, got ${describe(value)}`);
  if (!Number.isSafeInteger(value) || value < least) throw new RangeError(`${expectation}, got ${value}`);
}

/**
 * Throws unless `value` is a number for which `isRight` holds.
 *
 * @param what it must be, such as `'a number above 0'`
 */
export function checkNumber(
  value: unknown,
  argument: string,
  what: string,
  isRight: (value: number) => boolean,
): asserts value is number {
  if (typeof value !== 'number') throw new TypeError(`${argument} must be ${what}, got ${describe(value)}`);
  if (!isRight(value)) throw new RangeError(`${argument} must be ${what}, got ${value}`);
}

/** Whether a number is above 0 and finite. */
export function isPositive(value: number): boolean {
  return value > 0 && value < Infinity;
}

/** Throws unless `value` is true or false. */
export function checkBoolean(value: unknown, argument: string): asserts value is boolean {
  if (typeof value !== 'boolean') throw new TypeError(`${argument} must be true or false, got ${describe(value)}`);
}

/** Throws unless `seed` is an integer. */
export function checkSeed(seed: unknown): void {
  if (typeof seed !== 'number') throw new TypeError(`seed must be an integer, got ${describe(seed)}`);
  if (!Number.isSafeInteger(seed)) throw new RangeError(`seed must be an integer, got ${seed}`);
}

/** Throws unless `value` is one of `choices`. */
export function checkChoice(value: unknown, argument: string, choices: readonly string[]): void {
  if (choices.includes(value as string)) return;
  const message = `${argument} must be one of ${choices.map((c) => `'${c}'`).join(', ')}, got ${describe(value)}`;
  throw typeof value === 'string' ? new RangeError(message) : new TypeError(message);
}

/** Throws unless `normalize` is a normalization for windows of this size: a single value has no shape. */
export function checkNormalization(normalize: unknown, windowSize: number): void {
  checkChoice(normalize, 'normalize', ['none', 'mean', 'zscore']);
  if (normalize === 'none' || windowSize >= 2) return;
  throw new RangeError(`normalize '${normalize}' needs a windowSize of at least 2, got ${windowSize}`);
}

/** Throws unless `options` is an object whose keys are all known: a misspelled option must not be ignored. */
export function checkOptions(options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(`options must be an object, got ${describe(options)}`);
  }
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) throw new RangeError(`options.${key} is unknown; known are ${known.join(', ')}`);
  }
}

/** The text by which an error message shows a value: short, with the value's kind. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string') return `string "${value.length > 40 ? `${value.slice(0, 40)}…` : value}"`;
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object') return `${typeof value} ${String(value)}`;
  return Array.isArray(value) ? 'an array' : `an object (${value.constructor?.name ?? 'no prototype'})`;
}
