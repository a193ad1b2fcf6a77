// Further files as tools write them, by their documentation and from memory, with the values that are in them.
import type { ExportCase } from './exports.ts';

const N = 130;
const START = Date.UTC(2024, 2, 1);
const at = Array.from({ length: N }, (_, t) => START + 60_000 * t);
/** One decimal, never the same number twice in a row, and a place that stands out. */
const v = Array.from({ length: N }, (_, t) => (400 + ((t * 37) % 101) + (t === 90 ? 900 : 0)) / 10);
const whole = v.map((x) => Math.round(10 * x));
const second = (t: number): number => at[t]! / 1000;
const iso = (t: number): string => new Date(at[t]!).toISOString().replace('.000', '');
const blank = (t: number): string => iso(t).slice(0, 19).replace('T', ' ');
const day = (t: number): string => iso(t).slice(0, 10);
const clock = (t: number): string => iso(t).slice(11, 19);
const all = v.map((_, t) => t);
const rows = (row: (t: number) => string, which: readonly number[] = all): string =>
  which.map((t) => `${row(t)}\n`).join('');
const json = (value: unknown, indent?: number): string => `${JSON.stringify(value, undefined, indent)}\n`;
const comma = (x: number): string => x.toFixed(1).replace('.', ',');
const p2 = (n: number): string => String(n).padStart(2, '0');
const clock12 = (t: number): string => {
  const h = new Date(at[t]!).getUTCHours();
  return `${p2(h % 12 || 12)}${clock(t).slice(2)} ${h < 12 ? 'AM' : 'PM'}`;
};
const backward = [...all].reverse();
const pad = (text: string | number, width: number): string => String(text).padStart(width);
const isoTimes = all.map(iso);
const box = (cells: readonly string[]): string => `│ ${cells.join(' │ ')} │`;

export const TOOL_EXPORTS: readonly ExportCase[] = [
  {
    name: 'grafana-labels.csv',
    content: `"Time","node_load1{instance=""a:9100"", job=""node""}"\n${rows((t) => `${blank(t)},${v[t]}`)}`,
    args: [],
    values: v,
  },
  {
    name: 'grafana-frames.json',
    content: json({
      results: {
        A: {
          status: 200,
          frames: [
            {
              schema: {
                refId: 'A',
                fields: [
                  { name: 'Time', type: 'time' },
                  { name: 'Value', type: 'number', labels: { host: 'a' } },
                ],
              },
              data: { values: [at, v] },
            },
          ],
        },
      },
    }),
    args: [],
    values: v,
    times: at.map(String),
  },
  {
    name: 'kibana-lens.csv',
    content: `"@timestamp per minute","Average of system.cpu.total.pct"\n${rows((t) => `"${iso(t).slice(0, 16).replace('T', ' ')}","${v[t]}%"`)}`,
    args: [],
    values: v,
  },
  {
    name: 'elasticsearch-aggregation.json',
    content: json(
      {
        took: 5,
        timed_out: false,
        hits: { total: { value: 10000, relation: 'gte' }, hits: [] },
        aggregations: {
          '0': {
            buckets: all.map((t) => ({ key_as_string: iso(t), key: at[t], doc_count: 60, '1': { value: v[t] } })),
          },
        },
      },
      2,
    ),
    args: ['--column', '1.value'],
    values: v,
    times: isoTimes,
  },
  {
    name: 'splunk-timechart.csv',
    content: `"_time","avg(cpu)","_span"\n${rows((t) => `"${iso(t).replace('Z', '.000+00:00')}","${v[t]}","60"`)}`,
    args: [],
    values: v,
  },
  {
    name: 'newrelic-nrql.json',
    content: json({
      results: all.map((t) => ({
        beginTimeSeconds: second(t),
        endTimeSeconds: second(t) + 60,
        'average.cpuPercent': v[t],
      })),
      metadata: { eventType: 'SystemSample', openEnded: true },
    }),
    args: [],
    values: v,
    times: all.map((t) => String(second(t))),
  },
  {
    name: 'azure-monitor.json',
    content: json(
      {
        cost: 0,
        timespan: '2024-03-01T00:00:00Z/2024-03-01T02:10:00Z',
        interval: 'PT1M',
        value: [
          {
            id: '/subscriptions/1/metrics/Percentage CPU',
            type: 'Microsoft.Insights/metrics',
            name: { value: 'Percentage CPU', localizedValue: 'Percentage CPU' },
            unit: 'Percent',
            timeseries: [
              {
                metadatavalues: [],
                data: all.map((t) => (t === 5 ? { timeStamp: iso(t) } : { timeStamp: iso(t), average: v[t] })),
              },
            ],
            errorCode: 'Success',
          },
        ],
        namespace: 'Microsoft.Compute/virtualMachines',
        resourceregion: 'westeurope',
      },
      2,
    ),
    args: [],
    values: v.map((x, t) => (t === 5 ? NaN : x)),
    times: isoTimes,
  },
  {
    name: 'gcloud-monitoring.json',
    content: json({
      timeSeries: [
        {
          metric: { type: 'compute.googleapis.com/instance/cpu/utilization', labels: { instance_name: 'web-1' } },
          resource: { type: 'gce_instance', labels: { zone: 'europe-west1-b' } },
          metricKind: 'GAUGE',
          valueType: 'DOUBLE',
          points: backward.map((t) => ({
            interval: { startTime: iso(t), endTime: iso(t) },
            value: { doubleValue: v[t] },
          })),
        },
      ],
    }),
    args: [],
    values: v,
    times: isoTimes,
  },
  {
    name: 'gcloud-int64.json',
    content: json([
      {
        metric: { type: 'loadbalancing.googleapis.com/https/request_count' },
        points: backward.map((t) => ({ interval: { endTime: iso(t) }, value: { int64Value: String(whole[t]) } })),
      },
    ]),
    args: [],
    values: whole,
  },
  {
    name: 'dynatrace.json',
    content: json({
      totalCount: 1,
      result: [
        {
          metricId: 'builtin:host.cpu.usage',
          data: [{ dimensions: ['HOST-1'], dimensionMap: { 'dt.entity.host': 'HOST-1' }, timestamps: at, values: v }],
        },
      ],
    }),
    args: [],
    values: v,
    times: at.map(String),
  },
  {
    name: 'zabbix-history.json',
    content: json({
      jsonrpc: '2.0',
      result: all.map((t) => ({ itemid: '23296', clock: String(second(t)), value: v[t]!.toFixed(4), ns: '563157632' })),
      id: 1,
    }),
    args: ['--column', 'value'],
    values: v,
    times: all.map((t) => String(second(t))),
  },
  {
    name: 'zabbix-graph.csv',
    content: `"Timestamp","Value"\n${rows((t) => `"${blank(t)}","${v[t]} %"`)}`,
    args: [],
    values: v,
  },
  {
    name: 'nagios-perfdata.log',
    content: rows((t) => `${second(t)}\tweb\tHTTP\tOK\ttime=${v[t]}s;;;0.000000;10.000000`),
    args: [],
    values: v,
  },
  {
    name: 'collectd-cpu-user-2024-03-01',
    content: `epoch,value\n${rows((t) => `${second(t)}.123,${v[t]!.toFixed(6)}`)}`,
    args: [],
    values: v,
  },
  {
    name: 'rrd-xport.json',
    content: json({
      about: 'RRDtool graph JSON output',
      meta: { start: second(0), end: second(N - 1), step: 60, legend: ['cpu user'] },
      data: v.map((x, t) => [t === 7 ? null : x]),
    }),
    args: [],
    values: v.map((x, t) => (t === 7 ? NaN : x)),
    times: all.map((t) => String(second(t))),
  },
  {
    name: 'rrd-xport.xml',
    content: `<?xml version="1.0" encoding="ISO-8859-1"?>\n<xport>\n<data>\n${rows((t) => `<row><t>${second(t)}</t><v>${v[t]}</v></row>`)}</data>\n</xport>\n`,
    args: [],
    refusal: /XML, not a table of numbers.*rrdtool xport --json/,
  },
  {
    name: 'rrd-fetch.txt',
    content: `                           cpu\n\n${rows((t) => `${second(t)}: ${t === 3 ? '-nan' : v[t]!.toExponential(10)}`)}`,
    args: [],
    values: v.map((x, t) => (t === 3 ? NaN : x)),
  },
  {
    name: 'perf-stat.csv',
    content: rows((t) => `${pad(t + 1, 6)}.000123456,${whole[t]},,cache-misses,1000123456,100.00,,`),
    args: ['--column', '2'],
    values: whole,
  },
  {
    name: 'pidstat.txt',
    content: `Linux 5.10.0 (web-1) \t03/01/2024 \t_x86_64_\t(4 CPU)\n\n${clock12(0)}   UID       PID    %usr %system  %guest   %wait    %CPU   CPU  Command\n${rows((t) => `${clock12(t)}  1000      4711   ${v[t]!.toFixed(2)}    1.00    0.00    0.00   ${(v[t]! + 1).toFixed(2)}     1  node`)}`,
    args: ['--column', '%usr'],
    values: v,
  },
  {
    name: 'mpstat.txt',
    content: `Linux 5.10.0 (web-1) \t03/01/2024 \t_x86_64_\t(4 CPU)\n\n${clock(0)}     CPU    %usr   %nice    %sys   %idle\n${rows((t) => `${clock(t)}     all   ${v[t]!.toFixed(2)}    0.00    1.00   ${(90 - v[t]!).toFixed(2)}`)}\nAverage:     all   44.00    0.00    1.00   45.00\n`,
    args: ['--column', '%usr'],
    values: v,
  },
  {
    name: 'turbostat.txt',
    content: rows((t) => `Core\tCPU\tAvg_MHz\tBusy%\tPkgWatt\n-\t-\t${whole[t]}\t${v[t]}\t12.50`),
    args: ['--column', 'Busy%'],
    values: v,
  },
  {
    name: 'nvidia-smi.csv',
    content: `timestamp, utilization.gpu [%], name\n${rows((t) => `${blank(t).replaceAll('-', '/')}.123, ${v[t]} %, NVIDIA A100-SXM4-40GB`)}`,
    args: [],
    values: v,
  },
  {
    name: 'nvidia-smi-memory.csv',
    content: `timestamp, memory.used [MiB]\n${rows((t) => `${blank(t).replaceAll('-', '/')}.123, ${whole[t]} MiB`)}`,
    args: [],
    values: whole,
  },
  {
    name: 'docker-stats.txt',
    content: rows(
      (t) =>
        `CONTAINER ID   NAME      CPU %     MEM USAGE / LIMIT     MEM %     NET I/O          BLOCK I/O   PIDS\n1f2e3d4c5b6a   web-1     ${`${v[t]}%`.padEnd(10)}1.203GiB / 7.629GiB   15.77%    1.05kB / 0B      0B / 0B     23`,
    ),
    args: ['--column', 'CPU %'],
    values: v,
  },
  {
    name: 'docker-stats-two.txt',
    content: rows(
      (t) =>
        `CONTAINER ID   NAME      CPU %     MEM USAGE / LIMIT     MEM %     PIDS\n1f2e3d4c5b6a   web-1     ${`${v[t]}%`.padEnd(10)}1.203GiB / 7.629GiB   15.77%    23\n2f2e3d4c5b6a   web-2     1.00%     1.203GiB / 7.629GiB   15.77%    23`,
    ),
    args: ['--column', 'CPU %'],
    refusal: /several series lie in the rows, told apart by column "CONTAINER ID"/,
  },
  {
    name: 'kubectl-top.txt',
    content: rows(
      (t) => `NAME                     CPU(cores)   MEMORY(bytes)\nweb-5d4f8c7b9-abcde      ${whole[t]}m         512Mi`,
    ),
    args: ['--column', 'CPU(cores)'],
    values: whole,
  },
  {
    name: 'excel-german-sep.csv',
    content:
      `sep=;\nDatum;Wert\n${rows((t) => `0${1}.03.2024 ${clock(t).slice(0, 5)};1.${comma(100 + v[t]!)}`)}`.replaceAll(
        '\n',
        '\r\n',
      ),
    args: [],
    values: v.map((x) => Math.round(10 * (1100 + x)) / 10),
  },
  {
    name: 'excel-french.csv',
    content: `Date;Valeur\n${rows((t) => `01/03/2024 ${clock(t).slice(0, 5)};1\u00a0${comma(100 + v[t]!)}`)}`,
    args: [],
    values: v.map((x) => Math.round(10 * (1100 + x)) / 10),
  },
  {
    name: 'sap-list.txt',
    content: `---------------------------------\n|Datum     |Uhrzeit |Wert       |\n---------------------------------\n${rows((t) => `|${day(t).split('-').reverse().join('.')}|${clock(t)}|${pad(comma(v[t]!), 9)}${t % 9 === 4 ? '-' : ' '} |`)}---------------------------------\n`,
    args: [],
    values: v.map((x, t) => (t % 9 === 4 ? -x : x)),
  },
  {
    name: 'psql-unaligned.txt',
    content: `time|cpu\n${rows((t) => `${blank(t)}+00|${v[t]}`)}(${N} rows)\n`,
    args: [],
    values: v,
  },
  {
    name: 'psql-aligned.txt',
    content: `          time          | cpu  \n------------------------+------\n${rows((t) => ` ${blank(t)}+00 | ${pad(v[t]!, 4)}`)}(${N} rows)\n\n`,
    args: [],
    values: v,
  },
  {
    name: 'mysql-table.txt',
    content: `+---------------------+-------+\n| time                | cpu   |\n+---------------------+-------+\n${rows((t) => `| ${blank(t)} | ${pad(v[t]!, 5)} |`)}+---------------------+-------+\n${N} rows in set (0.01 sec)\n`,
    args: [],
    values: v,
  },
  {
    name: 'mysql-vertical.txt',
    content: rows(
      (t) => `*************************** ${t + 1}. row ***************************\ntime: ${blank(t)}\n cpu: ${v[t]}`,
    ),
    args: [],
    refusal: /one value per line.*\\G/,
  },
  {
    name: 'sqlite-column.txt',
    content: `time                 cpu  \n-------------------  -----\n${rows((t) => `${blank(t)}  ${String(v[t]).padEnd(5)}`)}`,
    args: [],
    values: v,
  },
  {
    name: 'sqlcmd.txt',
    content: `time                    cpu         \n----------------------- ------------\n${rows((t) => `${blank(t)}.000 ${pad(v[t]!, 12)}`)}\n(${N} rows affected)\n`,
    args: [],
    values: v,
  },
  {
    name: 'clickhouse-pretty.txt',
    content: `┌────────────────time─┬──cpu─┐\n${rows((t) => box([blank(t), pad(v[t]!, 4)]))}└─────────────────────┴──────┘\n`,
    args: [],
    values: v,
  },
  {
    name: 'duckdb-box.txt',
    content: `┌─────────────────────┬────────┐\n│        time         │  cpu   │\n│      timestamp      │ double │\n├─────────────────────┼────────┤\n${rows((t) => box([blank(t), pad(v[t]!, 6)]))}├─────────────────────┴────────┤\n│ 130 rows            2 columns │\n└──────────────────────────────┘\n`,
    args: [],
    values: v,
  },
  {
    name: 'journal.jsonl',
    content: rows((t) =>
      JSON.stringify({
        __REALTIME_TIMESTAMP: String(1000 * at[t]!),
        PRIORITY: '6',
        MESSAGE: 'request done',
        DURATION_MS: String(v[t]),
      }),
    ),
    args: ['--field', 'DURATION_MS'],
    values: v,
  },
  {
    name: 'aws-cli.txt',
    content: `CPUUtilization\n${rows((t) => `DATAPOINTS\t${v[t]}\t${iso(t)}\tPercent`)}`,
    args: [],
    values: v,
  },
  {
    name: 'aws-cli-unordered.txt',
    content: `CPUUtilization\n${rows(
      (t) => `DATAPOINTS\t${v[t]}\t${iso(t)}\tPercent`,
      all.map((t) => (t * 37) % N),
    )}`,
    args: ['--time', '3'],
    values: v,
    times: isoTimes,
  },
  {
    name: 'opentsdb-query.json',
    content: json([
      {
        metric: 'sys.cpu.user',
        tags: { host: 'web-1' },
        aggregateTags: [],
        dps: Object.fromEntries(all.map((t) => [second(t), v[t]])),
      },
    ]),
    args: [],
    values: v,
    times: all.map((t) => String(second(t))),
  },
  {
    name: 'opentsdb-put.txt',
    content: rows((t) => `put sys.cpu.user ${second(t)} ${v[t]} host=web-1`),
    args: [],
    values: v,
  },
  {
    name: 'graphite-raw.txt',
    content: `servers.web.cpu,${second(0)},${second(0) + 60 * N},60|${v.map((x, t) => (t === 2 ? 'None' : x)).join(',')}\n`,
    args: [],
    values: v.map((x, t) => (t === 2 ? NaN : x)),
    times: all.map((t) => String(second(t))),
  },
  {
    name: 'graphite-render.csv',
    content: rows((t) => `servers.web.cpu,${blank(t)},${t === 2 ? '' : v[t]}`),
    args: [],
    values: v.map((x, t) => (t === 2 ? NaN : x)),
  },
  {
    name: 'graphite-plaintext.txt',
    content: rows((t) => `servers.web.cpu ${v[t]} ${second(t)}`),
    args: [],
    values: v,
  },
  {
    name: 'statsd.log',
    content: rows((t) => `api.response:${v[t]}|ms`),
    args: [],
    values: v,
  },
  {
    name: 'statsd-two.log',
    content: rows((t) => (t % 2 === 0 ? `api.response:${v[t]}|ms` : `api.errors:${whole[t]}|c`)),
    args: [],
    refusal: /line 2: "api.errors" among values of "api.response": several series lie in one column/,
  },
  {
    name: 'netdata.json',
    content: json({ labels: ['time', 'user'], data: backward.map((t) => [second(t), v[t]]) }),
    args: [],
    values: v,
    times: all.map((t) => String(second(t))),
  },
  {
    name: 'jmeter.jtl',
    content: `timeStamp,elapsed,label,responseCode,success\n${rows((t) => `${at[t]},${whole[t]},GET /,200,true`)}`,
    args: ['--column', 'elapsed'],
    values: whole,
  },
  {
    name: 'pandas-print.txt',
    content: `                   time   cpu\n${rows((t) => `${String(t).padEnd(4)}${blank(t)}  ${v[t]}`)}`,
    args: [],
    values: v,
  },
  {
    name: 'r-write-csv.csv',
    content: `"","time","cpu"\n${rows((t) => `"${t + 1}","${blank(t)}",${v[t]}`)}`,
    args: [],
    values: v,
  },
  {
    name: 'loki-lines.json',
    content: json({
      status: 'success',
      data: {
        resultType: 'streams',
        result: [{ stream: { app: 'web' }, values: all.map((t) => [`${at[t]}000000`, 'GET / 200']) }],
      },
    }),
    args: [],
    refusal: /lines of logs.*(?:count_over_time|metric query)/,
  },
];
