// Loading this module makes the search for the strangest places known to `KNN.top`. Bundlers may leave it out of what imports
// KNN alone, for it has no exports: then `topAsync` loads the search when it is called.
import { topEngine } from './top-engine.ts';
import { search } from './top-types.ts';

search.engine = topEngine;
