// One thread: how does the library compare with every peer, per series and length?
//   npx tsx bench/versus.ts --n 1000,10000 --series rw,metrics --peers ckdtree,naive --rounds 5

import { compare, integers, ours, type Row, save, settings, time } from './harness.ts';
import { contendersOf, locate, peers } from './peers.ts';
import { seriesFile } from './series.ts';

const options = settings({
  n: '1000,10000,100000',
  series: 'rw,metrics,ecg,noise,steps,integers,constant',
  peers: Object.keys(peers).join(','),
  window: '5',
  k: '5',
  rounds: '5',
  budget: '30',
  stop: '120',
  all: false,
});

const [w, k] = [integers(options.window)[0]!, integers(options.k)[0]!];
const effort = { rounds: Number(options.rounds), budget: Number(options.budget), stop: Number(options.stop) };
const asked = options.peers.split(',').map(locate);

const versions: Record<string, string> = {};
const rows: object[] = [];
for (const series of options.series.split(',')) {
  const stopped = new Set<string>(); // too slow for this series: not asked at a greater length
  for (const n of integers(options.n).sort((a, b) => a - b)) {
    const file = seriesFile(series, n);
    if (file === null) {
      console.log(`\n${series}: skipped, its data are not there (see bench/README.md)`);
      break;
    }
    const contenders = [ours('knn-anomaly', file, w, k)];
    const absent: Row[] = [];
    const pairs = ((n - w + 1) * (n - w)) / 2;
    for (const located of asked) {
      const { name: contender, longest } = located.peer;
      if (located.missing) absent.push({ contender, skipped: `missing, try ${located.missing}` });
      else if (n > longest && !options.all) absent.push({ contender, skipped: `left out above n = ${longest}` });
      else if (stopped.has(contender)) absent.push({ contender, skipped: 'stopped at a smaller n' });
      else contenders.push(...contendersOf(located, file, w, k));
    }
    console.log(`\n${series}, n = ${n}, w = ${w}, k = ${k}`);
    for (const row of [...(await compare(contenders, effort, versions)), ...absent]) {
      if (row.skipped?.startsWith('stopped')) stopped.add(row.contender);
      const { median, min, max, first, ratio } = row;
      rows.push({ series, n, w, k, ...row, ...(median && { nsPerPair: (1e9 * median) / pairs }) });
      const spread = median && `${time(median)} (${time(min!)} to ${time(max!)}), first ${time(first!)}`;
      const perPair = median ? `, ${((1e9 * median) / pairs).toPrecision(3)} ns a pair` : '';
      const times = ratio
        ? `, ${ratio[0].toPrecision(3)}× (${ratio[1].toPrecision(3)} to ${ratio[2].toPrecision(3)})`
        : '';
      console.log(`  ${row.contender.padEnd(30)} ${spread ?? row.skipped}${perPair}${times}`);
    }
    save('versus', options.out, { versions, effort }, rows); // after every cell: a long run may be cut short
  }
}
