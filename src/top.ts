/**
 * The search for the strangest places, for bundles whose `KNN.top` is to have it: `import 'knn-anomaly/top'`. Nothing else
 * needs this module: without a bundler the search is loaded with `knn-anomaly`, and `KNN.topAsync` loads it when it is called.
 *
 * @module knn-anomaly/top
 */
import { setTopEngine } from './knn/top.ts';
import { topEngine } from './knn/top-engine.ts';

export type { TopOptions, TopRefinement, TopRefinements } from './knn/top-types.ts';

setTopEngine(topEngine);
