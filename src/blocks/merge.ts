// mergeBlocks: the scores of a whole series from its blocks.
import { describe } from '../core/checks.ts';
import { atOnce } from '../core/steps.ts';
import { endOf } from '../core/windows.ts';
import { aligned } from '../knn/align.ts';
import { type Block, decodeBlock } from './block-file.ts';
import { boundOf } from './block-job.ts';
import { differenceOf, settingsIn } from './job-settings.ts';

/**
 * The scores of a series from all blocks of one job, in any order: what `KNN.score` returns for the whole series, to the bit. O(n).
 *
 * @param blocks what {@link scoreBlock} returned for i = 0 … m − 1
 * @throws TypeError for something that is no bytes; RangeError for damaged bytes, for blocks of different series, settings, m or
 * versions, and for blocks that are missing or there twice, which are named
 *
 * @example
 * const blocks = [2, 0, 1].map((i) => scoreBlock([5, 5, 5, 9, 5], 1, 2, { block: [i, 3] }));
 * mergeBlocks(blocks); // => Float64Array.of(0, 0, 0, 4, 0)
 */
export function mergeBlocks(blocks: Iterable<Uint8Array>): Float64Array {
  if (typeof (blocks as Iterable<Uint8Array> | null)?.[Symbol.iterator] !== 'function' || ArrayBuffer.isView(blocks)) {
    throw new TypeError(`blocks must be an array of what scoreBlock returned, got ${describe(blocks)}`);
  }
  const merger = new BlockMerger();
  let p = 0;
  for (const bytes of blocks) merger.add(bytes, `blocks[${p++}]`);
  return merger.finish();
}

/** Puts blocks together one after the other, and keeps none of them. */
export class BlockMerger {
  #first: { readonly name: string; readonly block: Omit<Block, 'scores'> } | undefined;
  #scores: Float64Array;
  /** The names of the blocks by their numbers. */
  readonly #names: Map<number, string>;

  constructor() {
    this.#first = undefined;
    this.#scores = new Float64Array(0);
    this.#names = new Map();
  }

  /** @param name what error messages call these bytes */
  add(bytes: Uint8Array, name: string): void {
    const block = decoded(bytes, name);
    const { index, count, length, scores } = block;
    if (this.#first === undefined) {
      const { scores: _, ...head } = block;
      this.#first = { name, block: head };
      this.#scores = new Float64Array(length);
    }
    checkSameJob(this.#first.block, block, `${name} is no block of the same job as ${this.#first.name}`);
    const other = this.#names.get(index);
    if (other !== undefined) {
      throw new RangeError(`block ${index} of ${count} is there twice: ${other} and ${name}; leave one of them out`);
    }
    this.#names.set(index, name);
    const { windowSize } = settingsIn(block.settings);
    const numWindows = Math.max(0, length - windowSize + 1);
    const [from, to] = [boundOf(index, count, numWindows), boundOf(index + 1, count, numWindows)];
    if (scores.length !== to - from) throw new RangeError(`${name} is damaged: it holds ${scores.length} scores`);
    if (to > from) this.#scores.set(scores, endOf(from, windowSize));
  }

  /** The scores. @throws RangeError when blocks are missing */
  finish(): Float64Array {
    if (this.#first === undefined) throw new RangeError('blocks must be all blocks of a job, got none');
    const { count, settings } = this.#first.block;
    if (this.#names.size < count) throw new RangeError(this.#incomplete(count));
    const { windowSize, align } = settingsIn(settings);
    return atOnce(aligned(this.#scores, windowSize, align));
  }

  #incomplete(count: number): string {
    const ranges: [number, number][] = [];
    for (let i = 0; i < count && ranges.length <= MOST_NAMED; i++) {
      if (this.#names.has(i)) continue;
      const last = ranges.at(-1);
      if (last?.[1] === i - 1) last[1] = i;
      else ranges.push([i, i]);
    }
    const numMissing = count - this.#names.size;
    const names = ranges.slice(0, MOST_NAMED).map(([a, b]) => (a === b ? `${a}` : `${a}–${b}`));
    const more = ranges.length > MOST_NAMED ? ' …' : '';
    const which = numMissing === 1 ? `block ${names[0]}` : `${numMissing} blocks (${names.join(', ')}${more})`;
    return `blocks are not complete: ${which} of ${count} ${numMissing === 1 ? 'is' : 'are'} missing`;
  }
}

/** Missing stretches that are named. */
const MOST_NAMED = 20;

function decoded(bytes: Uint8Array, name: string): Block {
  try {
    return decodeBlock(bytes);
  } catch (error) {
    if (error instanceof TypeError)
      throw new TypeError(`${name} must be what scoreBlock returned, got ${describe(bytes)}`);
    const text = (error as Error).message
      .replace(/^bytes must be what save\(\) returned, got/, 'is no block:')
      .replace(/^bytes must be the state of a Block, got/, 'is no block but')
      .replace(/^bytes have/, 'has')
      .replace(/^bytes are/, 'is');
    throw new RangeError(`${name} ${text}`);
  }
}

/** Throws unless two blocks are parts of one job. */
function checkSameJob(a: Omit<Block, 'scores'>, b: Omit<Block, 'scores'>, problem: string): void {
  const reason = (): string | undefined => {
    if (a.count !== b.count) return `it is one of ${b.count}, not of ${a.count}`;
    if (a.settings !== b.settings) return `it has ${differenceOf(a.settings, b.settings)}`;
    if (a.length !== b.length) return `its series has ${b.length} values, not ${a.length}`;
    if (a.series.some((byte, p) => byte !== b.series[p])) return 'its series has other values';
    if (a.version !== b.version) return `version ${b.version} of knn-anomaly scored it, not ${a.version}`;
    return undefined;
  };
  const difference = reason();
  if (difference !== undefined) throw new RangeError(`${problem}: ${difference}`);
}
