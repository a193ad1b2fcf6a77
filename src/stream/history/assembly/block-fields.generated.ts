// Generated from ../fields.ts by `npm run build:wasm`: do not edit.

@unmanaged
export class Block {
  once: f64; // at 0
  y0: f64; // at 8
  x0: f64; // at 16
}
