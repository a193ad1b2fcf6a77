// Loading this module makes the search for the strangest places known to `KNN.top`. Bundlers may leave it out of what imports
// KNN alone, for it has no exports: then `topAsync` loads the search when it is called.
import { setTopEngine } from './top.ts';
import { topEngine } from './top-engine.ts';

setTopEngine(topEngine);
