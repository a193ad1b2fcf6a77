// Labels as the command line reads them: CSV with begin, end and label.
import type { LabelRange } from '../read/protocol.ts';
import type { Axis } from '../view/axis.ts';

/** Labels as CSV, with the times of their first and last value. */
export function labelsCsv(labels: readonly LabelRange[], axis: Axis): string {
  const rows = [...labels]
    .sort((a, b) => a.begin - b.begin)
    .map(({ begin, end, name }) => [axis.writeExact(begin), axis.writeExact(end), cell(name)].join(','));
  return `${['begin,end,label', ...rows].join('\n')}\n`;
}

function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
