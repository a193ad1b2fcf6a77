// `knn-anomaly prometheus --backtest`: incidents as JSON lines, a report as text, and one as a page.
import { backtestQueries as run } from '../../prometheus.ts';
import { CliError } from '../errors.ts';
import { openOutput } from '../output/output.ts';
import { optionsIn } from '../stream/monitor-settings.ts';
import { incidentLine } from './incident-lines.ts';
import type { PrometheusCommand } from './options.ts';
import { type Reported, reportText, worstOf } from './report.ts';

/** The incidents in the report that are explained. */
const NUM_WORST = 10;

export async function backtestQueries(options: PrometheusCommand): Promise<void> {
  const { follow, period, budget, output } = options;
  // A file that cannot be written is told before the history is read.
  const page = output === undefined ? undefined : await openOutput(output, options.force);
  const warn = (text: string): void => void process.stderr.write(`knn-anomaly: ${text}\n`);
  const stopped = { ...follow, period, onWarning: warn, ...(budget !== undefined && { perDay: budget }) };
  const result = await run(stopped).catch((error: unknown) => {
    const isUsage = error instanceof TypeError || error instanceof RangeError;
    throw isUsage ? new CliError(optionsIn((error as Error).message), 2) : error;
  });
  const reported: Reported = { result, perDay: budget, worst: worstOf(result.incidents, NUM_WORST) };
  const lines = await openOutput(undefined, false);
  await lines.write(result.incidents.map((report) => incidentLine(report, false)));
  process.stderr.write([...reportText(reported)].join(''));
  if (page === undefined) return;
  const { reportPage } = await import('./report-page.ts');
  await page.write([await reportPage(reported, follow)]);
}
