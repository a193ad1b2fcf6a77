// A worker of the chaos tests that believes that all shards are its own: leases save work, they are not what makes it right.
// Usage: node no-leases.mjs URL SHARDS EVERY
import { redisLog, worker } from '../../dist/redis.js';

const [url, shards, every] = process.argv.slice(2);
const log = redisLog(url);
const all = { held: Array.from({ length: Number(shards) }, (_, s) => s), workers: 1 };
const methods = ['read', 'append', 'top', 'loadSnapshot', 'keepSnapshot'];
const plain = Object.fromEntries(methods.map((name) => [name, (...args) => log[name](...args)]));
const fleet = { windowSize: 5, k: 5, history: 100 };
await worker({ log: { ...plain, lease: async () => all }, shards: Number(shards), fleet, every: Number(every) });
