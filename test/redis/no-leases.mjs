// A worker of the chaos tests that believes that all shards are its own: leases save work, they are not what makes it right.
// Usage: node no-leases.mjs URL SHARDS EVERY fleet|monitors
import { redisLog, worker } from '../../dist/redis.js';

const [url, shards, every, detector] = process.argv.slice(2);
const log = redisLog(url);
const all = { held: Array.from({ length: Number(shards) }, (_, s) => s), workers: 1 };
const methods = ['read', 'append', 'top', 'loadSnapshot', 'keepSnapshot'];
const plain = Object.fromEntries(methods.map((name) => [name, (...args) => log[name](...args)]));
// As in chaos.ts.
const fleet = { windowSize: 5, k: 5, history: 100 };
const monitors = { warmup: 20, step: 1 };
const detectors = detector === 'fleet' ? { fleet } : { monitors };
await worker({ log: { ...plain, lease: async () => all }, shards: Number(shards), ...detectors, every: Number(every) });
