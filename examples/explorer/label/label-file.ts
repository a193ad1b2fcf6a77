// Labels as the command line reads them: CSV with begin, end and label.
import { csvCell } from '../../../src/cli/output/rows.ts';
import type { LabelRange } from '../read/protocol.ts';
import type { Axis } from '../view/axis.ts';

/** Labels as CSV, with the times of their first and last value. */
export function labelsCsv(labels: readonly LabelRange[], axis: Axis): string {
  const rows = [...labels]
    .sort((a, b) => a.begin - b.begin)
    .map(({ begin, end, name }) => [axis.writeExact(begin), axis.writeExact(end), csvCell(name)].join(','));
  return `${['begin,end,label', ...rows].join('\n')}\n`;
}
