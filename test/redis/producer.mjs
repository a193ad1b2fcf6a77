// The producer of the chaos tests: sends every tick to the log of the built package until all are answered, whatever happens to
// it, to Redis and to the workers. Usage: node producer.mjs URL SERIES SHARDS TICKS AHEAD
import { append, redisLog, resumeFrom } from '../../dist/redis.js';
import { idsOf, STEP, valuesAt } from './chaos-series.mjs';

const [url, ...numbers] = process.argv.slice(2);
const [series, shards, ticks, ahead] = numbers.map(Number);
const ids = idsOf(series);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

for (;;) {
  const log = redisLog(url);
  try {
    let sent = (await resumeFrom(log, shards)) / STEP;
    for (;;) {
      const tops = await Promise.all(Array.from({ length: shards }, (_, s) => log.top('out', s)));
      const answered = Math.min(...tops) / STEP;
      if (answered === ticks) process.exit(0);
      while (sent < Math.min(ticks, answered + ahead)) {
        sent++;
        await append(log, shards, sent * STEP, ids, valuesAt(series, sent));
      }
      await sleep(10);
    }
  } catch {
    await log.close(); // Redis is away: again from what all shards have
    await sleep(100);
  }
}
