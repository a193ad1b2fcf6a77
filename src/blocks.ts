/**
 * One long series, scored in blocks by any number of processes or machines, for Node.
 *
 * @module knn-anomaly/blocks
 */
export { type BlockOptions, scoreBlock } from './blocks/block.ts';
export { mergeBlocks } from './blocks/merge.ts';
