// The kernels of all engines. Bundlers write modules in the order in which they are imported: here side by side, where the digits
// of one help to compress those of the next. Apart from each other they take 0.2 kB more of a compressed bundle.
export { DENSE_WASM } from './dense/kernel.generated.ts';
export { DIAGONAL_WASM } from './diagonal/kernel.generated.ts';
export { KDTREE_WASM } from './kdtree/kernel.generated.ts';
