// Generated from ../fields.ts by `npm run build:wasm`: do not edit.

export const LEAF: i32 = 16;
export const SPLIT_SAMPLE: i32 = 128;
export const COORDINATES: i32 = 8;
export const SORTED_UP_TO: i32 = 16;
export const PLAIN_UP_TO: i32 = 128;
export const EMPTY: i32 = 2147483647;
