// What is no table of numbers, and what has none of the usual forms, said in one sentence.
import { fail } from '../../errors.ts';
import { isBlank, parseCell } from '../cells.ts';

/** Documents in XML, by what is in them, and what their programs write instead. */
const XML: readonly (readonly [RegExp, string])[] = [
  [/<(?:xport|rrd)>/, 'rrdtool xport --json writes what is read here'],
  [/<testResults\b/, 'JMeter writes CSV with -Jjmeter.save.saveservice.output_format=csv'],
];

/** Refuses XML, HTML, and tables with one value per line. Only where nobody says how the input is to be read. */
export function refuseMarkup(sample: readonly string[]): void {
  const first = sample.find((line) => !isBlank(line)) ?? '';
  if (/^\s*<(?:!|\?|[a-z])/i.test(first)) {
    const remedy = XML.find(([form]) => sample.some((line) => form.test(line)))?.[1];
    fail(`this is ${remedy ? `XML, not a table of numbers: ${remedy}` : 'HTML or XML, not a table of numbers'}`);
  }
  if (/^\*{10,} 1\. row \*+$/.test(first.trim())) {
    fail('one value per line, as mysql writes with \\G at the end of a query: end it with ; instead');
  }
  if (/^-\[ RECORD 1 \]/.test(first.trim())) {
    fail('one value per line, as psql writes with \\x: leave it out, or use psql --csv');
  }
}

/** Refuses a single line of numbers, which can be one row or a series. */
export function refuseOneLine(content: readonly string[]): void {
  if (content.length !== 1) return;
  const cells = content[0]!.trim().split(/\s*[,;]\s*|\s+/);
  if (cells.length < 3 || !cells.every((cell) => parseCell(cell) !== undefined)) return;
  fail(`one line of ${cells.length} numbers: --input row reads them as a series (or choose one with --column)`);
}
