// A tick as fields of an entry: names joined by line feeds, values as float64, the lowest byte first.
import { LITTLE_ENDIAN_FLOATS } from './little-endian.ts';
import type { Fields } from './log/tick-log.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** What stands in an entry of `in`. */
export interface TickContent {
  readonly ids: readonly string[];
  readonly values: Float64Array;
  /** The number of shards that the producer has. */
  readonly shards: number;
}

/** The bytes of names, none of which has a line feed. */
export function encodeIds(ids: readonly string[]): Uint8Array {
  return encoder.encode(ids.join('\n'));
}

export function tickFields(ids: Uint8Array, values: Float64Array, shards: number): Fields {
  return { shards: encoder.encode(String(shards)), ids, values: LITTLE_ENDIAN_FLOATS.encode(values) };
}

/** Reads ticks of one shard. Names that are those of the tick before are not made again. */
export class TickReader {
  #bytes: Uint8Array;
  #ids: readonly string[];

  constructor() {
    this.#bytes = new Uint8Array(0);
    this.#ids = [];
  }

  /** @throws RangeError when the fields are none of a tick */
  read({ shards, ids, values }: Fields): TickContent {
    if (shards === undefined || ids === undefined || values === undefined || values.length % 8 !== 0) {
      throw new RangeError('it has not the fields shards, ids and values: use append()');
    }
    if (Buffer.compare(ids, this.#bytes) !== 0) {
      this.#bytes = ids;
      this.#ids = ids.length === 0 ? [] : decoder.decode(ids).split('\n');
    }
    const numbers = LITTLE_ENDIAN_FLOATS.decode(values);
    if (numbers.length !== this.#ids.length) {
      throw new RangeError(`it has ${this.#ids.length} ids and ${numbers.length} values`);
    }
    return { ids: this.#ids, values: numbers, shards: Number(decoder.decode(shards)) };
  }
}
