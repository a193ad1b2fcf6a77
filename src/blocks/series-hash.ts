// SHA-256 of what a block is a part of: blocks of other series or other settings must not be merged.
import { createHash } from 'node:crypto';
import type { FittedMahalanobis } from '../core/metric.ts';

/** Values that are hashed at a time. */
const CHUNK = 65536;

/** SHA-256 of the values as float64, the lowest byte first, every missing one as the same NaN. O(n). */
export function hashOfSeries(values: ArrayLike<number>): Uint8Array {
  const hash = createHash('sha256');
  const chunk = new Float64Array(Math.min(CHUNK, values.length));
  for (let from = 0; from < values.length; from += CHUNK) {
    const count = Math.min(CHUNK, values.length - from);
    for (let p = 0; p < count; p++) {
      const x = values[from + p]!;
      chunk[p] = Number.isNaN(x) ? NaN : x;
    }
    const bytes = Buffer.from(chunk.buffer, 0, 8 * count);
    hash.update(IS_LITTLE_ENDIAN ? bytes : bytes.swap64());
  }
  return new Uint8Array(hash.digest());
}

const IS_LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** SHA-256 of a fitted metric, as hexadecimal digits. */
export function hashOfMetric({ mean, whitening }: FittedMahalanobis): string {
  return Buffer.from(hashOfSeries(Float64Array.of(...mean, ...whitening))).toString('hex');
}
