// The part of the table of options that is about alarms: the options of a monitor.

/** See OPTIONS. */
export const ALARM_OPTIONS = {
  preset: {
    kind: 'choice',
    value: 'NAME',
    choices: ['metrics', 'novelty', 'views'],
    help: 'metrics  (default) a window of 5 values is strange\n         against the last day and against all of the\n         past, or its value is new\nnovelty  how far from every value before\nviews    the same of the value, of minimum, median,\n         maximum and range of the last 10 and 50 values,\n         and of runs of equal ones, summed\nIt decides the defaults of the options below.',
  },
  threshold: {
    kind: 'number',
    value: 'X',
    help: 'alarms are scores of X and more: the first of a run is one. Adds alarm and since to csv and json',
    in: {
      eval: {
        help: 'alarms are scores of X and more: adds what depends on it. Without it the NAB score is that of its best threshold',
      },
      monitor: { above: 0, help: 'what an alarm is (default 4; of novelty 4.65, of views 24.4)' },
      backtest: { above: 0, help: 'what an alarm is (default 4; of novelty 4.65, of views 24.4)' },
      prometheus: { above: 0, help: 'what an alarm is (default 4; of novelty 4.65, of views 24.4)' },
      plot: {
        kind: 'text',
        isRepeatable: true,
        help: 'a line, and marks where scores rise above it; a number, or none. Of a monitor it is what an alarm is. Repeat it: for every detector, then every file',
      },
    },
  },
  hold: {
    kind: 'integer',
    value: 'N',
    least: 1,
    help: 'so many values later a surprise as large is shown again (default: by preset, 10 or 100)',
  },
  warmup: {
    kind: 'integer',
    value: 'N',
    least: 0,
    default: '100',
    help: 'values that are passed over at the start (default {default}); 10 more are learned before any can be an alarm, so by default the first 110 are none',
    in: {
      plot: {
        default: undefined,
        help: 'scores at the start that are not shown (default: none of knn and monitor; 1/DISCOUNT of the others, at most a quarter)',
      },
    },
  },
  'max-values': {
    kind: 'integer',
    value: 'N',
    least: 1,
    help: 'values of the past that novelty keeps, so that every other one is near one of them (default 200)',
  },
  step: {
    kind: 'text',
    value: 'STEP',
    help: 'from one time to the next, such as 30s, 5m or 1d, of numbers in their unit: rows go to the nearest multiple of it. Default: found. none takes rows as they lie',
    in: {
      prometheus: {
        value: 'TIME',
        default: '60s',
        help: 'from one value to the next, whole seconds (default {default})',
      },
      monitor: {
        kind: 'number',
        value: 'SECONDS',
        above: 0,
        help: 'from one value to the next, for metrics to know a day (default: 60; a day is at least 1000 values)',
      },
      backtest: {
        kind: 'number',
        value: 'SECONDS',
        above: 0,
        help: 'from one value to the next, for metrics to know a day (default: 60; a day is at least 1000 values)',
      },
    },
  },
  explain: { kind: 'flag', help: 'every alarm, and the end of every incident, in a sentence on standard error' },

  // Incidents.
  mute: {
    kind: 'integer',
    value: 'N',
    least: 0,
    help: 'values at the start that are learned and are no alarms',
    in: {
      prometheus: {
        kind: 'text',
        value: 'TIME',
        default: '0s',
        help: 'for which a new series raises no alarm, such as 1d (default {default}); its first 110 values raise none in any case',
      },
    },
  },
  worse: {
    kind: 'factor',
    value: 'X',
    help: 'an incident raises a further alarm when it is X times as surprising as at its last one (default 3), or never',
  },
  resolve: { kind: 'integer', value: 'N', least: 1, help: 'quiet values in a row that end an incident (default 5)' },
  repeat: {
    kind: 'choice',
    value: 'HOW',
    choices: ['once', 'always'],
    help: '{choices}: what an incident was like is not learned, so its repetition is an alarm',
  },
  accept: {
    kind: 'integer',
    value: 'N',
    least: 1,
    help: 'with --repeat always: values after which an incident is the new normal, and learned (default 100)',
  },

  // Which alarms are wanted.
  direction: {
    kind: 'choice',
    value: 'WHERE',
    choices: ['both', 'up', 'down'],
    help: '{choices}: alarms for values above or below what was expected',
  },
  'min-change': {
    kind: 'change',
    value: 'CHANGE',
    help: 'no alarms for less from what was expected: 5 in units of the series, 10%, or both as in 5,10%',
  },
  bounds: {
    kind: 'bounds',
    value: 'LOW,HIGH',
    help: 'values outside are alarms whatever was learned, from the first one on; either may be left away, as in ,100',
  },

  // What else is looked at.
  stuck: { kind: 'flag', help: 'equal values in a row are an alarm, if the run is long for this series' },
  'no-data': { kind: 'flag', help: 'missing values in a row are an alarm, too, from the 5th on' },
  rate: {
    kind: 'flag',
    help: 'the values are a counter that only rises, or starts again at 0: its rate is scored, per second where dates are given',
    in: {
      monitor: {
        help: 'the values are a counter that only rises, or starts again at 0: its increase is judged, with --time per second',
      },
      backtest: {
        help: 'the values are a counter that only rises, or starts again at 0: its increase is judged, with --time per second',
      },
    },
  },
  diff: {
    kind: 'flag',
    help: 'the differences of successive values are scored; the first one is missing. The values that are written are those read',
  },
  period: {
    kind: 'integer',
    value: 'N',
    least: 1,
    help: 'a value is compared with those N, 2 N, ... values before, too',
  },
  calendar: {
    kind: 'choice',
    value: 'PERIOD',
    choices: ['none', 'day', 'week'],
    help: '{choices}: a value is compared with those at this time of other days or weeks, too. Needs --time and --timezone',
  },
  tolerance: {
    kind: 'number',
    value: 'MIN',
    above: 0,
    help: 'minutes by which what comes at a time of day may come sooner or later (default 10)',
  },
  // What is done about alarms.
  'only-alarms': {
    kind: 'flag',
    help: 'print nothing but alarms: a line where one begins, gets worse, is accepted or ends; with --format csv or json these rows, of csv with a column event',
  },
  exec: {
    kind: 'text',
    value: 'CMD',
    help: 'run sh -c CMD when an alarm begins, gets worse, is accepted or ends. CMD finds what happened as JSON on standard input and in KNN_ANOMALY_EVENT, _TIME, _INDEX, _SERIES, _VALUE, _EXPECTED, _SCORE, _SURPRISE, _SINCE, _TEXT and _INPUT; what it prints goes to standard error. At most 4 run and 256 wait, others are dropped, which is said. A failure is one line, no more',
  },
  'exec-on': {
    kind: 'choice',
    value: 'WHEN',
    choices: ['all', 'alarms', 'begin'],
    help: '{choices}: what --exec is run for; alarms are begin and worse',
  },
  'exec-timeout': {
    kind: 'seconds',
    value: 'SECS',
    default: '30',
    help: 'a command that takes longer is killed, with all it began (default {default})',
  },
  'fail-on-alarm': {
    kind: 'flag',
    help: 'exit with status 3 if there was an alarm, after all output is written',
  },

  // What is shown of a monitor.
  'time-unit': {
    kind: 'choice',
    value: 'UNIT',
    choices: ['none', 's', 'ms'],
    help: 'what numbers in the time column count since 1970; none (default): they are only shown. Dates are understood',
    in: { backtest: { help: 'what numbers in the time column count since 1970: s or ms. Dates are understood' } },
  },
  band: {
    kind: 'flag',
    help: 'adds to csv and json low and high (what is between them is no alarm), and what was expected of all values, not of those in an incident alone. Takes 0.5 to 1 ms per value',
    in: {
      plot: { help: 'draws what a monitor expects, and what is no alarm. Takes 0.5 to 1 ms per value' },
      backtest: {
        help: 'adds to the figure what was expected, and what is no alarm. Takes 0.5 to 1 ms per value',
      },
    },
  },

  // Backtests.
  thresholds: {
    kind: 'text',
    value: 'X,X,...',
    help: 'thresholds to count at (default: from half to three times --threshold)',
  },
  'per-day': { kind: 'number', value: 'N', above: 0, help: 'finds the threshold for so many alarms a day' },
  worst: {
    kind: 'integer',
    value: 'N',
    least: 0,
    default: '10',
    help: 'incidents to explain, the most surprising first (default {default})',
  },
} as const;
