// How many alarms do the presets raise per series and day where nothing is wrong?
//   npx tsx bench/detection/quiet.ts        # --series 6 --days 20: of one value a minute, of each kind
import { type MonitorPreset, monitor } from '../../src/calibrate.ts';
import { save, settings } from '../harness.ts';
import { mulberry32 } from '../series.ts';

const options = settings({ series: '6', days: '20' });
const [numSeries, numDays] = [Number(options.series), Number(options.days)];
const DAY = 1440;

/** A value of the standard normal distribution, by Box and Muller. */
const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** By Knuth: how many factors keep a product above e^−mean. */
function poisson(mean: number, random: () => number): number {
  let count = 0;
  for (let product = random(); product > Math.exp(-mean); product *= random()) count++;
  return count;
}

const kinds: Record<string, (t: number, random: () => number) => number> = {
  noise: (_, random) => normal(random),
  'daily cycle + noise': (t, random) => 10 * Math.sin((2 * Math.PI * t) / DAY) + normal(random),
  'log-normal latency': (_, random) => Math.exp(3 + 0.5 * normal(random)),
  'Poisson(3)': (_, random) => poisson(3, random),
};

/** The default threshold of each preset, and two larger ones. */
const presets: Record<MonitorPreset, number[]> = {
  metrics: [4, 6, 8],
  novelty: [4.65, 6, 8],
  views: [24.4, 30, 36],
};

const rows: object[] = [];
for (const [preset, thresholds] of Object.entries(presets)) {
  for (const [kind, valueAt] of Object.entries(kinds)) {
    const counts = thresholds.map(() => ({ first: 0, later: 0 }));
    for (let seed = 1; seed <= numSeries; seed++) {
      const random = mulberry32(seed);
      const detector = monitor({ preset: preset as MonitorPreset });
      for (let t = 0; t < numDays * DAY; t++) {
        const emitted = detector.update(valueAt(t, random));
        for (const [i, threshold] of thresholds.entries()) {
          if (emitted >= threshold) counts[i]![t < DAY ? 'first' : 'later']++;
        }
      }
    }
    for (const [i, threshold] of thresholds.entries()) {
      const first = counts[i]!.first / numSeries;
      const later = counts[i]!.later / (numSeries * (numDays - 1));
      console.log(`${preset} ${threshold}, ${kind}: ${first.toFixed(2)} on the first day, ${later.toFixed(3)} later`);
      rows.push({ preset, threshold, kind, first, later });
    }
  }
}
save('detection-quiet', options.out, { numSeries, numDays }, rows);
