// From bytes to lines of text: encodings, line ends, and what is no text. Good lines before a bad byte are never lost.

/** The longest line, in characters. */
const LONGEST_LINE = 1 << 24;
/** The longest line of a JSON document. */
const LONGEST_JSON = 1 << 28;

const CR = 13;
const LF = 10;

/** UTF-16 if the bytes begin with its mark; `undefined` for UTF-8. */
export function markedEncoding(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : undefined;
}

/** Takes chunks of bytes and returns the lines that end in them. */
export class TextLines {
  /** What is wrong with the bytes after the lines that were returned; `undefined` while nothing is. */
  problem: string | undefined;
  /** Number of NUL bytes that were left out: the hole at the beginning of a line that `copytruncate` leaves. */
  numHoles: number;
  readonly #isUtf8: boolean;
  readonly #encoding: string;
  readonly #decoder: TextDecoder;
  /** Bytes of an unfinished character at the end of the last chunk. */
  #tail: Buffer;
  #rest: string;
  #numLines: number;
  /** Line feed, or carriage return for files of old programs; found from the first line. */
  #separator: '\n' | '\r' | undefined;
  #isAtLineStart: boolean;
  #endsWithReturn: boolean;
  /** Whether the line that is not ended yet could be a JSON document. */
  #isJson: boolean;

  /** Whether bytes that are no text are U+FFFD, and NUL bytes stay in their line: who reads it finds no number there. */
  readonly #isLenient: boolean;

  /** @param numLines lines before the first chunk, for messages */
  constructor(encoding = 'utf-8', isLenient = false, numLines = 0) {
    this.#isLenient = isLenient;
    this.problem = undefined;
    this.numHoles = 0;
    this.#encoding = encoding;
    this.#isUtf8 = encoding === 'utf-8';
    this.#decoder = new TextDecoder(encoding, { fatal: !isLenient }); // drops a byte order mark
    this.#tail = Buffer.alloc(0);
    this.#rest = '';
    this.#numLines = numLines;
    this.#separator = undefined;
    this.#isAtLineStart = true;
    this.#endsWithReturn = false;
    this.#isJson = false;
  }

  push(chunk: Buffer): string[] {
    let bytes = chunk;
    let problem: string | undefined;
    if (this.#isUtf8 && chunk.includes(0)) {
      const { kept, isBinary } = this.#withoutHoles(chunk);
      bytes = kept;
      if (isBinary)
        problem = `binary data, not text (there are NUL bytes${looksUtf16(chunk) ? ': --encoding utf-16le?' : ''})`;
    }
    this.#isAtLineStart = bytes.length > 0 ? bytes[bytes.length - 1] === LF : this.#isAtLineStart;
    let text: string;
    try {
      text = this.#decoder.decode(bytes, { stream: true });
    } catch {
      text = this.#textBeforeFault(bytes);
      problem = this.#fault();
    }
    if (this.#isUtf8) this.#tail = unfinished(bytes);
    const lines = this.#split(text);
    this.#numLines += lines.length;
    if (problem !== undefined) this.problem = this.#numLines > 0 ? `line ${this.#numLines + 1}: ${problem}` : problem;
    else if (this.#rest.length > LONGEST_LINE && (this.#rest.length > LONGEST_JSON || !this.#isJson)) {
      this.problem = 'a line of more than 16 million characters: is this a table of numbers?';
    }
    return lines;
  }

  /** The last line if no line feed ends it; else nothing. */
  end(): string {
    try {
      return this.#rest + this.#decoder.decode();
    } catch {
      this.problem = this.#numLines > 0 ? `line ${this.#numLines + 1}: ${this.#fault()}` : this.#fault();
      return '';
    }
  }

  #split(text: string): string[] {
    if (this.#rest === '') this.#isJson = /^\s*[[{]/.test(text);
    const all = this.#rest + text;
    let isNew = false;
    if (this.#separator === undefined) {
      if (text.includes('\n')) this.#separator = '\n';
      else if (/\r[^\r\n]/.test(text) || (this.#endsWithReturn && /^[^\r\n]/.test(text))) this.#separator = '\r';
      this.#endsWithReturn = text.endsWith('\r');
      isNew = this.#separator !== undefined;
    }
    if (this.#separator === undefined || !(isNew || text.includes(this.#separator))) {
      this.#rest = all;
      return [];
    }
    const lines = all.split(this.#separator);
    this.#rest = lines.pop()!;
    this.#isJson = /^\s*[[{]/.test(this.#rest);
    return lines;
  }

  #fault(): string {
    return this.#isUtf8
      ? 'not UTF-8 text: binary data or another encoding (--encoding, such as latin1 or shift_jis)'
      : `not ${this.#encoding} text`;
  }

  #textBeforeFault(bytes: Buffer): string {
    const text = new TextDecoder(this.#encoding).decode(Buffer.concat([this.#tail, bytes]));
    return text.slice(0, Math.max(0, text.indexOf('\ufffd')));
  }

  /** The bytes without the NULs at the beginning of lines; up to a NUL elsewhere, which is binary data. */
  #withoutHoles(chunk: Buffer): { kept: Buffer; isBinary: boolean } {
    const kept: Buffer[] = [];
    let isAtLineStart = this.#isAtLineStart;
    for (let from = 0; ; ) {
      const nul = chunk.indexOf(0, from);
      if (nul < 0) return { kept: Buffer.concat([...kept, chunk.subarray(from)]), isBinary: false };
      kept.push(chunk.subarray(from, nul));
      if (nul > from) isAtLineStart = chunk[nul - 1] === LF || (chunk[nul - 1] === CR && this.#separator === '\r');
      if (!isAtLineStart && !this.#isLenient) return { kept: Buffer.concat(kept), isBinary: true };
      from = nul;
      while (chunk[from] === 0) from++;
      if (isAtLineStart) this.numHoles += from - nul;
      else kept.push(chunk.subarray(nul, from));
    }
  }
}

/** The bytes of a UTF-8 character that the end cuts off: at most 3. */
function unfinished(bytes: Buffer): Buffer {
  for (let l = 1; l <= Math.min(3, bytes.length); l++) {
    const byte = bytes[bytes.length - l]!;
    if (byte >= 0xc0) return Buffer.from(bytes.subarray(bytes.length - l));
    if (byte < 0x80) break;
  }
  return Buffer.alloc(0);
}

/** Whether every second byte is NUL, as in UTF-16 without a mark. */
function looksUtf16(bytes: Buffer): boolean {
  return bytes.length >= 4 && (bytes[0] === 0) !== (bytes[1] === 0) && (bytes[2] === 0) !== (bytes[3] === 0);
}
