// The whole search for the strangest places: by bounds of blocks, and by the leaves of a tree for short windows.
import { atOnce } from '../core/steps.ts';
import { LeafSearchTop, servesLeaves } from '../search/top/engine.ts';
import { runLeaves } from '../threads/top/leaf-job.ts';
import { makeTopEngine } from './top-search.ts';
import type { TopEngine } from './top-types.ts';

/** The search. */
export const topEngine: TopEngine = makeTopEngine({
  serves: ({ source, numRows, k, query }) => servesLeaves(source, numRows, k, query),
  places: ({ source, k, isMax, query }) => atOnce(new LeafSearchTop(source, k, isMax, query).search()),
  run: runLeaves,
});
