// Generated from ../fields.ts by `npm run build:wasm`: do not edit.

export let ROW_POINTS: usize = 0;
export let ROW_STARTS: usize = 0;
export let COLUMN_POINTS: usize = 0;
export let COLUMN_STARTS: usize = 0;
export let THRESHOLD: usize = 0;
export let DIST: usize = 0;
export let INDEX: usize = 0;
export let WIDTH: i32 = 0;
export let K: i32 = 0;
export let IS_SELF: i32 = 0;
export let BY_INDEX: i32 = 0;
export let EXCLUSION: i32 = 0;
export let BEFORE: i32 = 0;
export let AFTER: i32 = 0;

export function loadDenseFields(at: usize): void {
  ROW_POINTS = load<usize>(at, 0);
  ROW_STARTS = load<usize>(at, 4);
  COLUMN_POINTS = load<usize>(at, 8);
  COLUMN_STARTS = load<usize>(at, 12);
  THRESHOLD = load<usize>(at, 16);
  DIST = load<usize>(at, 20);
  INDEX = load<usize>(at, 24);
  WIDTH = load<i32>(at, 28);
  K = load<i32>(at, 32);
  IS_SELF = load<i32>(at, 36);
  BY_INDEX = load<i32>(at, 40);
  EXCLUSION = load<i32>(at, 44);
  BEFORE = load<i32>(at, 48);
  AFTER = load<i32>(at, 52);
}
