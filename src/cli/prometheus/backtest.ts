import type { PrometheusCommand } from './options.ts';
export async function backtestQueries(_: PrometheusCommand): Promise<void> {}
