// Blocks as jobs of BullMQ (npm install bullmq redis knn-anomaly): node blocks-bullmq.mjs worker | run SERIES WINDOW NEIGHBORS BLOCKS
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { Queue, Worker } from 'bullmq';
import { createClient } from 'redis';

const connection = createClient({ url: process.env.REDIS_URL ?? 'redis://127.0.0.1:6379' });
const [task, ...args] = process.argv.slice(2);

if (task === 'worker') {
  // A process of its own per block: scoring would keep this one from renewing the lock of its job. A job whose worker is killed
  // is stalled, and after `maxStalledCount` times failed for good: that is 1 unless it is said.
  const score = async ({ data: { out, args } }) => existsSync(out) || (await promisify(execFile)('knn-anomaly', args));
  new Worker('blocks', score, { connection, maxStalledCount: 100, lockDuration: 5000, stalledInterval: 2000 });
} else {
  const [series, w, k, m] = args;
  const queue = new Queue('blocks', { connection });
  for (let i = 0; i < m; i++) {
    const out = `${series}.${i}-${m}`;
    const data = { out, args: ['score', series, '-w', w, '-k', k, '--block', `${i}/${m}`, '--out', out] };
    await queue.add('block', data, { jobId: out.replaceAll(':', '_'), attempts: 5 });
  }
  while ((await queue.getCompletedCount()) < m) await new Promise((resolve) => setTimeout(resolve, 500));
  console.log(`all blocks are there: knn-anomaly merge ${series}.*-${m} > scores`);
  process.exit();
}
