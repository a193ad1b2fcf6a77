// Generated from ../fields.ts by `npm run build:wasm`: do not edit.

export let VECTORS: usize = 0;
export let STRIDE: i32 = 0;
export let WIDTH: i32 = 0;
export let TREE_ORDER: usize = 0;
export let TREE_POINTS: usize = 0;
export let TREE_BOXES: usize = 0;
export let TREE_FIRST: usize = 0;
export let TREE_SIZE: usize = 0;
export let TREE_LOWEST: usize = 0;
export let TREE_HIGHEST: usize = 0;
export let TREE_LEAVES: i32 = 0;
export let WINDOWS: usize = 0;
export let WINDOW_STRIDE: i32 = 0;
export let WINDOW_WIDTH: i32 = 0;
export let BASIS: usize = 0;
export let CENTER: f64 = 0;
export let RADIUS: f64 = 0;

export function loadBuildFields(at: usize): void {
  VECTORS = load<usize>(at, 0);
  STRIDE = load<i32>(at, 4);
  WIDTH = load<i32>(at, 8);
  TREE_ORDER = load<usize>(at, 12);
  TREE_POINTS = load<usize>(at, 16);
  TREE_BOXES = load<usize>(at, 20);
  TREE_FIRST = load<usize>(at, 24);
  TREE_SIZE = load<usize>(at, 28);
  TREE_LOWEST = load<usize>(at, 32);
  TREE_HIGHEST = load<usize>(at, 36);
  TREE_LEAVES = load<i32>(at, 40);
  WINDOWS = load<usize>(at, 44);
  WINDOW_STRIDE = load<i32>(at, 48);
  WINDOW_WIDTH = load<i32>(at, 52);
  BASIS = load<usize>(at, 56);
  CENTER = load<f64>(at, 64);
  RADIUS = load<f64>(at, 72);
}
