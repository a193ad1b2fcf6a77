/**
 * The search for the strangest places, for bundles whose `KNN.top` is to have it: `import 'knn-anomaly/top'`. Nothing else
 * needs this module: without a bundler the search is loaded with `knn-anomaly`, and `KNN.topAsync` loads it when it is called.
 * Windows of up to 8 values are all scored in such a bundle: their search needs a tree.
 *
 * @module knn-anomaly/top
 */
import { makeTopEngine } from './knn/top-search.ts';
import { search } from './knn/top-types.ts';

export type { TopOptions, TopRefinement, TopRefinements } from './knn/top-types.ts';

search.engine = makeTopEngine();
