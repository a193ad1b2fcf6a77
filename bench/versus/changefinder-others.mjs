// The two ChangeFinders people know in plain JavaScript, as test/other-changefinders.ts transcribes them. Run with tsx.

import { GemChangeFinder, PackageChangeFinder } from '../../test/support/other-changefinders.ts';
import { serve } from './child.mjs';

const makers = {
  gem: (outlierOrder, changeOrder) => {
    let start = 1;
    const detector = new GemChangeFinder(outlierOrder, 0.01, changeOrder, 0.01, 5, () => (start = (start * 0.618) % 1));
    return (x) => detector.score(x);
  },
  package: (order) => {
    const detector = new PackageChangeFinder(0.01, order, 5, () => 0.5);
    return (x) => detector.update(x);
  },
};

serve({}, (series, _windowSize, _k, kind, ...orders) => series.map(makers[kind](...orders.map(Number))));
