// A block as bytes: the state format of core/state.ts with the kind "Block".
import { StateReader, StateWriter } from '../core/state.ts';
import { VERSION } from '../core/version.ts';

/** A block that was scored. */
export interface Block {
  /** The version of the package that scored it. */
  readonly version: string;
  /** SHA-256 of the series. */
  readonly series: Uint8Array;
  /** See job-settings.ts. */
  readonly settings: string;
  readonly index: number;
  readonly count: number;
  /** The number of values of the series. */
  readonly length: number;
  /** One score per window of the block, NaN for those that touch a missing value. */
  readonly scores: Float64Array;
}

const KIND = 'Block';
const FORMAT = 1;

export function encodeBlock(block: Omit<Block, 'version'>): Uint8Array {
  const state = new StateWriter(KIND, FORMAT);
  state.text(VERSION);
  state.bytes(block.series);
  state.text(block.settings);
  state.u32(block.index);
  state.u32(block.count);
  state.uint(block.length);
  state.f64s(block.scores);
  return state.finish();
}

/** @throws TypeError when they are no bytes; RangeError when they are damaged, of something else, or newer */
export function decodeBlock(bytes: Uint8Array): Block {
  const state = new StateReader(bytes, KIND, FORMAT);
  const block = {
    version: state.text(),
    series: state.bytes(),
    settings: state.text(),
    index: state.u32(),
    count: state.u32(),
    length: state.uint(),
    scores: state.f64s(),
  };
  state.end();
  return block;
}
