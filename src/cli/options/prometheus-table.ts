// The part of the table of options that is about following a Prometheus.

/** See OPTIONS. */
export const PROMETHEUS_OPTIONS = {
  url: {
    kind: 'text',
    value: 'URL',
    isRepeatable: true,
    help: 'the server, such as http://prometheus:9090; repeat it for a pair: the next one is asked when one fails',
  },
  query: {
    kind: 'text',
    value: 'NAME=EXPR',
    isRepeatable: true,
    help: 'an expression of PromQL whose series are watched, and its name, such as cpu=instance:node_cpu:ratio; may be repeated',
  },
  config: {
    kind: 'text',
    value: 'FILE',
    help: 'YAML or JSON with these options without their dashes, and queries: a map of expr, threshold, preset, step, mute and max-values by name. Options on the command line count first',
  },
  delay: {
    kind: 'text',
    value: 'TIME',
    default: '30s',
    help: 'after which all values of a step have arrived at the server (default {default}); what comes later is missing',
  },
  backtest: {
    kind: 'text',
    value: 'TIME',
    help: 'tells what would have been alarms in the last 7d, say, as if they came one by one, and ends: incidents as JSON lines, and a report on standard error',
  },
  budget: { kind: 'text', value: 'N/day', help: 'of a backtest: finds the threshold for so many alarms' },
  listen: {
    kind: 'text',
    value: 'HOST:PORT',
    default: '127.0.0.1:9899',
    help: 'where /metrics, /-/healthy and /-/ready are served (default {default})',
  },
  webhook: {
    kind: 'text',
    value: 'URL',
    help: 'posts incidents there as alerts of Alertmanager (its API v2), such as http://alertmanager:9093',
  },
  'max-series': {
    kind: 'integer',
    value: 'N',
    least: 1,
    default: '20000',
    help: 'series of a query at most (default {default}); further ones are counted and not watched',
  },
  'max-idle': {
    kind: 'text',
    value: 'TIME',
    default: '1d',
    help: 'without a value after which a series is forgotten (default {default})',
    in: {
      worker: {
        kind: 'integer',
        value: 'N',
        least: 1,
        default: undefined,
        help: 'a series is forgotten that N ticks in a row did not name (default: never)',
      },
    },
  },
  shard: { kind: 'text', value: 'I/M', help: 'part I, from 0, of M of the series: for several processes' },
  header: {
    kind: 'text',
    value: 'NAME:VALUE',
    isRepeatable: true,
    help: "a header of every call of the server, such as 'X-Scope-OrgID: a'; may be repeated",
  },
  'bearer-token-file': {
    kind: 'text',
    value: 'FILE',
    help: 'a file with the token of every call of the server; read anew each time',
  },
  timeout: { kind: 'text', value: 'TIME', default: '60s', help: 'that an answer may take (default {default})' },
  compress: { kind: 'flag', help: 'lets answers be compressed: for a server that is far away' },
} as const;
