// Short results for programs: rows of named cells as CSV or as JSON lines.

/** A cell: `null` where there is nothing. */
export type Cell = string | number | null;

/** The rows as CSV under a header of `names`, or as one JSON object per line. */
export function formatRows(
  rows: readonly Readonly<Record<string, Cell>>[],
  format: 'csv' | 'json',
  names: readonly string[],
): string {
  if (format === 'json') return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  const lines = [names, ...rows.map((row) => names.map((name) => row[name] ?? ''))];
  return lines.map((cells) => `${cells.map((cell) => csvCell(String(cell))).join(',')}\n`).join('');
}

/** A text as one cell of CSV. */
export function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
