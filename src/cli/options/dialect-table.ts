// The rows of the table of options that say how an input is written.

/** Options of every command that reads an input. */
export const DIALECT_OPTIONS = {
  'time-format': {
    kind: 'text',
    value: 'FORMAT',
    help: 'of --time: iso, dmy (day first), mdy, s, ms, us, ns (since 1970), number, or a pattern such as %d.%m.%y %H:%M (default: found from all times)',
  },
  timezone: {
    kind: 'text',
    value: 'ZONE',
    help: 'whose clocks times without an offset follow, such as Europe/Berlin (default: UTC)',
    in: {
      monitor: {
        help: 'whose clocks times without an offset, and the days of --calendar, follow, such as Europe/Berlin (default: UTC). Texts show times in it',
      },
      backtest: {
        help: 'whose clocks times without an offset, and the days of --calendar, follow, such as Europe/Berlin (default: UTC). The report shows times in it',
      },
    },
  },
  since: {
    kind: 'text',
    value: 'TIME',
    help: 'leave out rows before: a time, today, yesterday, -2h (before now), end-2h or begin+1d (of the series). A day is its midnight',
    in: {
      stream: { help: 'leave out rows before: a time, today, yesterday or -2h (before now). A day is its midnight' },
      changefinder: {
        help: 'leave out rows before: a time, today, yesterday or -2h (before now). A day is its midnight',
      },
      monitor: { help: 'leave out rows before: a time, today, yesterday or -2h (before now). A day is its midnight' },
    },
  },
  until: {
    kind: 'text',
    value: 'TIME',
    help: 'leave out rows after, likewise; rows of that time stay',
    in: {
      stream: { help: 'leave out rows after, likewise; rows of that time stay' },
      changefinder: { help: 'leave out rows after, likewise; rows of that time stay' },
      monitor: { help: 'leave out rows after, likewise; rows of that time stay' },
    },
  },
  resample: {
    kind: 'text',
    value: 'STEP',
    help: 'one row for the rows of every STEP, such as 5m: their mean, or 5m:max, min, last, sum or count. Its time is the beginning. Days and weeks are those of --timezone',
  },
  fill: { kind: 'flag', help: 'answer the times without a row, too: a missing value, and its score' },
  series: {
    kind: 'text',
    value: 'NAME',
    help: 'the rows are of several series, told apart by the column NAME, or by several as in host,metric: each is judged by itself',
    in: {
      stream: {
        help: 'the rows are of several series, told apart by the column NAME, or by several as in host,metric: each is judged by itself. Of more than 10000 the one that is silent for longest is forgotten',
      },
      changefinder: {
        help: 'the rows are of several series, told apart by the column NAME, or by several as in host,metric: each is judged by itself. Of more than 10000 the one that is silent for longest is forgotten',
      },
      monitor: {
        help: 'the rows are of several series, told apart by the column NAME, or by several as in host,metric: each is judged by itself. Of more than 10000 the one that is silent for longest is forgotten',
      },
    },
  },
  where: { kind: 'text', value: 'NAME=TEXT', help: 'read only the rows with this text in the column NAME' },
  path: {
    kind: 'text',
    value: 'PATH',
    help: 'where in a JSON document the values are, such as data.rows[*].cpu (default: what is known of Prometheus, CloudWatch, Datadog, InfluxDB, Grafana, Elasticsearch, Azure, Google Cloud, Zabbix, sadf and others; arrays)',
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
    help: 'a line that cannot be read, such as an error message or a cut line, or a value of a JSON document: {choices}. They are counted, which is said at the end. A missing value keeps its time; a line without one is left out',
  },
  encoding: {
    kind: 'text',
    value: 'NAME',
    help: 'such as latin1, windows-1252, shift_jis (default: UTF-8, or UTF-16 by its mark)',
  },
} as const;
