// The option `only` of Monitors: which series may raise alarms, by name.
import { describe } from '../../core/checks.ts';
import type { StateReader, StateWriter } from '../../core/state.ts';

/**
 * A function of the name, a regular expression that finds something in it, or a pattern for all of it in which `*` stands for
 * any characters.
 */
export type NamePattern = ((id: string) => boolean) | RegExp | string;

// How a filter is saved: the order is part of the format.
const KINDS = ['none', 'function', 'RegExp', 'string'] as const;

export class NameFilter {
  readonly #kind: (typeof KINDS)[number];
  readonly #text: string;
  readonly #flags: string;
  readonly #includes: (id: string) => unknown;

  /** @throws TypeError for what is none of the three */
  constructor(only: NamePattern | undefined) {
    this.#kind = kindOf(only);
    this.#text = '';
    this.#flags = '';
    if (typeof only === 'string') {
      this.#text = only;
      const pattern = only.split('*').map((part) => part.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
      const whole = new RegExp(`^${pattern.join('.*')}$`, 's');
      this.#includes = (id) => whole.test(id);
    } else if (only instanceof RegExp) {
      this.#text = only.source;
      this.#flags = only.flags.replace(/[gy]/g, ''); // with these, an expression begins where its last search ended
      const expression = new RegExp(this.#text, this.#flags);
      this.#includes = (id) => expression.test(id);
    } else this.#includes = only ?? (() => true);
  }

  /** Whether the series with this name may raise alarms. @throws TypeError when a function says neither true nor false */
  includes(id: string): boolean {
    const isIncluded = this.#includes(id);
    if (typeof isIncluded === 'boolean') return isIncluded;
    throw new TypeError(`only must return true or false, got ${describe(isIncluded)} for ${describe(id)}`);
  }

  write(state: StateWriter): void {
    state.u8(KINDS.indexOf(this.#kind));
    state.text(this.#text);
    state.text(this.#flags);
  }

  /** @param given what takes the place of the saved one */
  static read(state: StateReader, given: NamePattern | undefined): NameFilter {
    const kind = KINDS[state.u8()];
    const [text, flags] = [state.text(), state.text()];
    if (given !== undefined) return new NameFilter(given);
    if (kind === 'function') {
      throw new RangeError('only was a function, which bytes cannot hold: give it again, as in load(chunks, { only })');
    }
    return new NameFilter(kind === 'RegExp' ? new RegExp(text, flags) : kind === 'string' ? text : undefined);
  }
}

function kindOf(only: unknown): (typeof KINDS)[number] {
  if (only === undefined) return 'none';
  if (typeof only === 'function') return 'function';
  if (only instanceof RegExp) return 'RegExp';
  if (typeof only === 'string') return 'string';
  throw new TypeError(`only must be a function, a RegExp or a string, got ${describe(only)}`);
}
