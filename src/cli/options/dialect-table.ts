// The rows of the table of options that say how an input is written.

/** Options of every command that reads an input. */
export const DIALECT_OPTIONS = {
  'time-format': {
    kind: 'text',
    value: 'FORMAT',
    help: 'of --time: iso, dmy (day first), mdy, s, ms, us, ns (since 1970), number, or a pattern such as %d.%m.%y %H:%M (default: found from all times)',
  },
  where: { kind: 'text', value: 'NAME=TEXT', help: 'read only the rows with this text in the column NAME' },
  path: {
    kind: 'text',
    value: 'PATH',
    help: 'where in a JSON document the values are, such as data.rows[*].cpu (default: what is known of Prometheus, CloudWatch, Datadog, InfluxDB, Graphite, sadf and iostat; arrays)',
  },
  sparse: { kind: 'flag', help: 'leave out JSON lines without the field' },
  decimal: {
    kind: 'choice',
    value: 'MARK',
    choices: ['auto', '.', ','],
    help: 'decimal mark: . or , (default: found from the whole column, of a stream from its first rows)',
  },
  thousands: { kind: 'text', value: 'MARK', help: 'thousands mark, such as , or .' },
  delimiter: {
    kind: 'text',
    value: 'D',
    help: 'between cells: a character, tab, space (runs of blanks) or none (default: found from the first lines)',
  },
  na: { kind: 'text', value: 'LIST', isRepeatable: true, help: 'further texts or numbers for missing, such as -999,?' },
  'skip-lines': { kind: 'integer', value: 'N', least: 0, default: '0', help: 'leave out the first N lines' },
  comment: {
    kind: 'text',
    value: 'TEXT',
    default: '#',
    help: 'leave out lines that begin so (default {default}; "": none)',
  },
  'bad-lines': {
    kind: 'choice',
    value: 'HOW',
    choices: ['stop', 'skip', 'missing'],
    help: 'a line that cannot be read, such as an error message or a cut line: {choices}. They are counted, which is said at the end. A missing value keeps its time; a line without one is left out',
  },
  encoding: {
    kind: 'text',
    value: 'NAME',
    help: 'such as latin1, windows-1252, shift_jis (default: UTF-8, or UTF-16 by its mark)',
  },
} as const;
