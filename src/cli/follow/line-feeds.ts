// Where lines end in bytes: encodings in which a line feed is one byte, and UTF-16, in which it is two.

const LF = 10;

/** Where lines end in an encoding. */
export class LineFeeds {
  /** Bytes of a unit: 1 or 2. */
  readonly #width: 1 | 2;
  /** Index of the byte of a unit that is 10; the other one is 0. */
  readonly #index: 0 | 1;

  constructor(encoding: string | undefined) {
    const name = encoding?.toLowerCase().replaceAll(/[^a-z0-9]/g, '') ?? '';
    this.#width = name.startsWith('utf16') ? 2 : 1;
    this.#index = name === 'utf16be' ? 1 : 0;
  }

  /** True for encodings in which NUL is no part of a text, but the hole in a file that was truncated while it was written. */
  get hasHoles(): boolean {
    return this.#width === 1;
  }

  /** The offset behind the last line feed; 0 if there is none. */
  last(bytes: Buffer): number {
    let at = bytes.lastIndexOf(LF);
    while (at >= 0 && !this.#isFeed(bytes, at)) at = at === 0 ? -1 : bytes.lastIndexOf(LF, at - 1);
    return at < 0 ? 0 : at - this.#index + this.#width;
  }

  /** The offsets behind all line feeds. */
  all(bytes: Buffer): number[] {
    const ends: number[] = [];
    for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) {
      if (this.#isFeed(bytes, at)) ends.push(at - this.#index + this.#width);
    }
    return ends;
  }

  #isFeed(bytes: Buffer, at: number): boolean {
    if (this.#width === 1) return true;
    return at % 2 === this.#index && bytes[this.#index === 0 ? at + 1 : at - 1] === 0;
  }
}
