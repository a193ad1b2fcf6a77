// Generated from ../fields.ts by `npm run build:wasm`: do not edit.

export const LANES: i32 = 16;
export const FEW: i32 = 48;
export const CLAMPED: i32 = 2;
