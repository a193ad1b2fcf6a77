// Generated from ../fields.ts by `npm run build:wasm`: do not edit.

export let BOUND: usize = 0;
export let SUMS: usize = 0;
export let TIE_BOUND: usize = 0;
export let ABOVE: usize = 0;
export let AMBIGUOUS: usize = 0;
export let NODES: usize = 0;
export let MASKS: usize = 0;
export let DISTANCES: usize = 0;
export let QUEUE: usize = 0;

export function loadScratchFields(at: usize): void {
  BOUND = at + 0;
  SUMS = at + 128;
  TIE_BOUND = at + 256;
  ABOVE = at + 320;
  AMBIGUOUS = at + 384;
  NODES = at + 448;
  MASKS = at + 704;
  DISTANCES = at + 960;
  QUEUE = at + 5056;
}
