// The name of a series from the texts that tell it apart.
import { csvCell } from '../../output/rows.ts';

/** One text as it is, several as cells of CSV: no two series have one name. */
export function seriesName(texts: readonly string[]): string {
  return texts.length === 1 ? texts[0]!.trim() : texts.map((text) => csvCell(text.trim())).join(',');
}
