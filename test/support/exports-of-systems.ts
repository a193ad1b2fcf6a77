// Further files as monitoring systems, load generators, databases and devices write them, with the values that are in them.
import { gzipSync } from 'node:zlib';
import { CUT, type ExportCase, npy, ONE_SCRAPE, UPSTREAMS } from './exports.ts';

const N = 130;
const START = Date.UTC(2024, 2, 1);
const at = Array.from({ length: N }, (_, t) => START + 60_000 * t);
/** One decimal, never the same number twice in a row, and a place that stands out. */
const v = Array.from({ length: N }, (_, t) => (400 + ((t * 37) % 101) + (t === 90 ? 900 : 0)) / 10);
const u = v.map((x) => Math.round(10 * x) / 10 + 100);
const whole = v.map((x) => Math.round(10 * x));
const all = v.map((_, t) => t);
const backward = [...all].reverse();
const second = (t: number): number => at[t]! / 1000;
const iso = (t: number): string => new Date(at[t]!).toISOString().replace('.000', '');
const blank = (t: number): string => iso(t).slice(0, 19).replace('T', ' ');
const clock = (t: number): string => iso(t).slice(11, 19);
const p2 = (n: number): string => String(n).padStart(2, '0');
const clock12 = (t: number): string => {
  const h = new Date(at[t]!).getUTCHours();
  return `${h % 12 || 12}${clock(t).slice(2)} ${h < 12 ? 'AM' : 'PM'}`;
};
const rows = (row: (t: number) => string, which: readonly number[] = all): string =>
  which.map((t) => `${row(t)}\n`).join('');
const json = (value: unknown): string => `${JSON.stringify(value)}\n`;
const comma = (x: number): string => x.toFixed(1).replace('.', ',');
const isoTimes = all.map(iso);
/** Rows of so many bytes. */
function bytesOf(size: number, set: (bytes: DataView, t: number) => void): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(size * N));
  for (const t of all) set(bytes, t);
  return new Uint8Array(bytes.buffer);
}

/** Two gzip members, and bytes behind the first one that are none. */
function damaged(): Uint8Array {
  return Buffer.concat([
    gzipSync(rows((t) => String(v[t]))),
    Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xff, 0xff, 0xff]),
  ]);
}

export const SYSTEM_EXPORTS: readonly ExportCase[] = [
  { name: 'one-scrape.txt', content: ONE_SCRAPE, args: [], refusal: /one scrape of Prometheus.*query_range.*--column/ },
  { name: 'upstreams.txt', content: UPSTREAMS, args: [], refusal: /line 34: .*"0\.040, 0\.020".*several numbers/ },
  { name: 'cut.gz', content: CUT, args: [], refusal: /damaged gzip data.*--bad-lines skip/ },
  {
    name: 'damaged.gz',
    content: damaged(),
    args: ['--bad-lines', 'skip'],
    refusal: /empty: there are no values; damaged gzip data/,
  },
  { name: 'book.xlsx', content: 'PK\x03\x04\x14\x00', args: [], refusal: /zip archive.*Excel.*CSV/ },
  { name: 'values.xz', content: Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0), args: [], refusal: /xz -dc FILE/ },
  {
    name: 'big-endian.npy',
    content: npy(
      "'>i4'",
      `(${N},)`,
      bytesOf(4, (bytes, t) => bytes.setInt32(4 * t, whole[t]!)),
    ),
    args: [],
    values: whole,
  },
  {
    name: 'columns.npy',
    content: npy(
      "'<f4'",
      `(${N}, 2)`,
      bytesOf(8, (bytes, t) => {
        bytes.setFloat32(8 * t, 1, true);
        bytes.setFloat32(8 * t + 4, v[t]!, true);
      }),
    ),
    args: ['--column', '2'],
    values: v.map(Math.fround),
  },
  {
    name: 'fortran.npy',
    content: npy(
      "'<u2'",
      `(${N}, 2)`,
      bytesOf(4, (bytes, t) => {
        bytes.setUint16(2 * t, 1, true);
        bytes.setUint16(2 * N + 2 * t, whole[t]!, true);
      }),
      'True',
    ),
    args: ['--column', 'column2'],
    values: whole,
  },
  {
    name: 'records.npy',
    content: npy(
      "[('time', '<M8[ms]'), ('cpu', '<f8')]",
      `(${N},)`,
      bytesOf(16, (bytes, t) => {
        bytes.setBigInt64(16 * t, BigInt(at[t]!), true);
        bytes.setFloat64(16 * t + 8, t === 5 ? NaN : v[t]!, true);
      }),
    ),
    args: ['--time', 'time'],
    values: v.map((x, t) => (t === 5 ? NaN : x)),
    times: isoTimes,
  },
  { name: 'objects.npy', content: npy("'|O'", '(2,)', Uint8Array.of(0x80, 4)), args: [], refusal: /type "\|O"/ },
  { name: 'cut.npy', content: npy("'<f8'", '(9,)', new Uint8Array(64)), args: [], refusal: /damaged NumPy data/ },
  {
    name: 'zabbix-plain-text.txt',
    content: `web-1: CPU utilization\n${rows((t) => `${blank(t)} ${second(t)} ${v[t]}`)}`,
    args: [],
    values: v,
  },
  {
    name: 'zabbix-history.csv',
    content: `itemid,clock,value,ns\n${rows((t) => `23296,${second(t)},${v[t]},563157632`)}`,
    args: ['--column', 'value'],
    values: v,
  },
  {
    name: 'graphite-two.json',
    content: json([
      { target: 'a', datapoints: all.map((t) => [v[t], second(t)]) },
      { target: 'b', datapoints: all.map((t) => [t === 3 ? null : u[t], second(t)]) },
    ]),
    args: ['--column', 'b'],
    values: u.map((x, t) => (t === 3 ? NaN : x)),
    times: all.map((t) => String(second(t))),
  },
  {
    name: 'grafana-inspect-rows.csv',
    content: `"Time","Metric","Value"\n${rows((t) => `${blank(t)}.000,web-1,${v[t]}\n${blank(t)}.000,web-2,${u[t]}`)}`,
    args: [],
    refusal: /several series lie in the rows, told apart by column "Metric".*--where "Metric=web-1"/,
  },
  {
    name: 'grafana-inspect-rows-one.csv',
    content: `"Time","Metric","Value"\n${rows((t) => `${blank(t)}.000,web-1,${v[t]}\n${blank(t)}.000,web-2,${u[t]}`)}`,
    args: ['--where', 'Metric=web-2'],
    values: u,
  },
  {
    name: 'grafana-inspect-joined.csv',
    content: `"Time","web-1","web-2"\n${rows((t) => `${at[t]},${v[t]},${t % 4 === 1 ? '' : u[t]}`)}`,
    args: ['--column', 'web-2'],
    values: u.map((x, t) => (t % 4 === 1 ? NaN : x)),
  },
  {
    name: 'kibana-discover.csv',
    content: `"@timestamp","system.cpu.total.pct","host.name"\n${rows((t) => `"Mar 1, 2024 @ ${clock(t)}.000","${v[t]}","web-1"`)}`,
    args: ['--time', '@timestamp'],
    values: v,
  },
  {
    name: 'elasticsearch-hits.json',
    content: json({
      took: 3,
      hits: {
        total: { value: N },
        hits: all.map((t) => ({
          _index: 'm',
          _id: `id${t}`,
          _score: null,
          _source: { '@timestamp': iso(t), cpu: v[t] },
        })),
      },
    }),
    args: ['--path', 'hits.hits[*]._source'],
    values: v,
    times: isoTimes,
  },
  {
    name: 'pgbench.log',
    content: rows((t) => `0 ${199 + t} ${whole[t]} 0 ${second(t)} ${995598 + t}`),
    args: ['--column', '3'],
    values: whole,
  },
  {
    name: 'pgbench-progress.txt',
    content: `pgbench (15.5)\nstarting vacuum...end.\n${rows((t) => `progress: ${t + 1}.0 s, ${v[t]} tps, lat ${u[t]} ms stddev 1.250, 0 failed`)}`,
    args: ['--column', '2'],
    values: v,
  },
  {
    name: 'typeperf.csv',
    content: `\r\n"(PDH-CSV 4.0)","\\\\WEB1\\Processor(_Total)\\% Processor Time"\r\n${rows((t) => `"03/01/2024 ${clock(t)}.123","${t === 0 ? ' ' : v[t]!.toFixed(6)}"\r`)}\r\nThe command completed successfully.\r\n`,
    args: [],
    values: v.map((x, t) => (t === 0 ? NaN : x)),
  },
  {
    name: 'perfmon.csv',
    content: `"(PDH-CSV 4.0) (W. Europe Standard Time)(-60)","\\\\WEB1\\Memory\\Available MBytes"\r\n${rows((t) => `"03/01/2024 ${clock(t)}.123","${whole[t]}"\r`)}`,
    args: [],
    values: whole,
  },
  {
    name: 'azure-logs.csv',
    content: `\ufeff"TimeGenerated [UTC]",Computer,CounterValue\r\n${rows((t) => `"3/1/2024, ${clock12(t).replace(' ', '.000 ')}",web-1,${v[t]}\r`)}`,
    args: [],
    values: v,
  },
  {
    name: 'azure-metrics-rest.json',
    content: json({
      value: [
        {
          name: { value: 'Percentage CPU' },
          unit: 'Percent',
          timeseries: [{ data: all.map((t) => ({ timeStamp: iso(t), average: v[t], maximum: u[t] })) }],
        },
      ],
    }),
    args: ['--column', 'Percentage CPU maximum'],
    values: u,
  },
  {
    name: 'gcp-metrics-explorer.csv',
    content: `TimeSeries ID,web-1\n${rows((t) => `Fri Mar 01 2024 ${clock(t)} GMT+0100 (Central European Standard Time),${v[t]}`)}`,
    args: [],
    values: v,
  },
  {
    name: 'gcp-metrics-labels.csv',
    content: `"TimeSeries ID","compute.googleapis.com/instance/cpu/utilization","",""\n"instance_name","web-1","",""\n"project_id","p","",""\n\n${rows((t) => `"${iso(t)}","${v[t]}","",""`)}`,
    args: [],
    values: v,
  },
  {
    name: 'splunk-stats.csv',
    content: `"_time",host,cpu\n${rows((t) => `"2024-03-01T${clock(t)}.000+0000","web-1","${v[t]}"`)}`,
    args: [],
    values: v,
  },
  {
    name: 'splunk-epoch.csv',
    content: `"_time",cpu,"_raw"\n${rows((t) => `"${second(t)}.000",${v[t]},"cpu=${v[t]} host=""web-1"""`)}`,
    args: [],
    values: v,
  },
  {
    name: 'nagios-service-perfdata.log',
    content: rows(
      (t) =>
        `[SERVICEPERFDATA]\t${second(t)}\tweb\tHTTP\t0.012\t0.003\tHTTP OK: 200\ttime=${v[t]}s;;;0.000000 size=1024B;;;0`,
    ),
    args: [],
    refusal: /4 columns hold numbers: choose one with --column/,
  },
  {
    name: 'collectd-load.csv',
    content: `epoch,shortterm,midterm,longterm\n${rows((t) => `${second(t)}.001,${v[t]},${u[t]},1.0`)}`,
    args: ['--column', 'shortterm'],
    values: v,
  },
  {
    name: 'netdata.csv',
    content: `time,user,system\n${rows((t) => `${blank(t)},${v[t]},${u[t]}`, backward)}`,
    args: ['--column', 'user'],
    refusal: /go back: --time "time" sorts the rows/,
  },
  {
    name: 'netdata-one.csv',
    content: `time,user\r\n${rows((t) => `${blank(t)},${v[t]}\r`, backward)}`,
    args: ['--time', 'time'],
    values: v,
    times: all.map(blank),
  },
  {
    name: 'victoriametrics-export-two.jsonl',
    content: `${json({ metric: { __name__: 'cpu', h: 'a' }, values: v, timestamps: at })}${json({ metric: { __name__: 'cpu', h: 'b' }, values: u, timestamps: at })}`,
    args: ['--column', 'cpu{h="b"}'],
    values: u,
    times: at.map(String),
  },
  {
    name: 'victoriametrics-export.csv',
    content: rows((t) => `cpu,web-1,${v[t]},${at[t]}`),
    args: [],
    values: v,
  },
  {
    name: 'k6.csv',
    content: `metric_name,timestamp,metric_value,check,error,status,url\n${rows((t) => `http_req_duration,${second(t)},${v[t]},,,200,http://a/\nhttp_req_waiting,${second(t)},${u[t]},,,200,http://a/`)}`,
    args: ['--column', 'metric_value'],
    refusal: /several series lie in the rows, told apart by column "metric_name"/,
  },
  {
    name: 'k6.json',
    content: `${json({ type: 'Metric', data: { name: 'http_req_duration', type: 'trend' }, metric: 'http_req_duration' })}${rows((t) => JSON.stringify({ type: 'Point', data: { time: iso(t), value: v[t], tags: { status: '200' } }, metric: 'http_req_duration' }))}`,
    args: ['--sparse'],
    values: v,
  },
  {
    name: 'k6-two.json',
    content: rows(
      (t) =>
        `${JSON.stringify({ type: 'Point', data: { time: iso(t), value: v[t] }, metric: 'http_req_duration' })}\n${JSON.stringify({ type: 'Point', data: { time: iso(t), value: u[t] }, metric: 'http_req_waiting' })}`,
    ),
    args: ['--field', 'data.value'],
    refusal: /several series.*field "metric".*--series/,
  },
  {
    name: 'k6-where.json',
    content: rows(
      (t) =>
        `${JSON.stringify({ type: 'Point', data: { time: iso(t), value: v[t] }, metric: 'http_req_duration' })}\n${JSON.stringify({ type: 'Point', data: { time: iso(t), value: u[t] }, metric: 'http_req_waiting' })}`,
    ),
    args: ['--field', 'data.value', '--where', 'metric=http_req_waiting'],
    values: u,
  },
  {
    name: 'hosts.json',
    content: json(
      all.flatMap((t) => ['a', 'b'].map((host) => ({ time: iso(t), host, cpu: host === 'a' ? v[t] : u[t] }))),
    ),
    args: [],
    refusal: /there are 2 series: choose one with --column.*a\.cpu, b\.cpu/,
  },
  {
    name: 'hosts-one.json',
    content: json(
      all.flatMap((t) => ['a', 'b'].map((host) => ({ time: iso(t), host, cpu: host === 'a' ? v[t] : u[t] }))),
    ),
    args: ['--column', 'b.cpu'],
    values: u,
    times: isoTimes,
  },
  {
    name: 'sadf-all-cpus.csv',
    content: `# hostname;interval;timestamp;CPU;%user;%idle\n${rows((t) => [-1, 0, 1].map((n) => `web-1;60;${blank(t)} UTC;${n};${(n < 0 ? v : u)[t]};0.00`).join('\n'))}`,
    args: ['--column', '%user'],
    refusal: /several series lie in the rows, told apart by column "CPU" \(-1, 0, 1\).*--where "CPU=-1"/,
  },
  {
    name: 'unordered-epoch.csv',
    content: `ts,cpu\n${rows((t) => `${second((t * 37) % N)},${v[(t * 37) % N]}`)}`,
    args: [],
    refusal: /the times in column "ts" go back: --time "ts" sorts the rows/,
  },
  {
    name: 'scrapes.prom',
    content: rows(
      (t) =>
        `# TYPE load gauge\nload{host="a, b",core="0"} ${v[t]}\n${t === 6 ? '' : `load{host="a",core="1"} ${u[t]}\n`}up 1`,
    ),
    args: ['--column', 'load{host="a",core="1"}'],
    values: u.map((x, t) => (t === 6 ? NaN : x)),
  },
  {
    name: 'nagios-size.log',
    content: rows((t) => `${second(t)}\tweb\tHTTP\ttime=${u[t]}s;;;0.000000 size=${whole[t]}B;;;0`),
    args: ['--column', 'size'],
    values: whole,
  },
  {
    name: 'points-by-name.json',
    content: json({ a: all.map((t) => [second(t), u[t]]), b: all.map((t) => [second(t), v[t]]) }),
    args: ['--column', 'b'],
    values: v,
    times: all.map((t) => String(second(t))),
  },
  {
    name: 'deep.json',
    content: json({ report: { parts: [{ load: 1 }, { load: 2 }] }, more: { list: [1, 2, 3] } }),
    args: [],
    refusal:
      /JSON document that is not known: an object with report, more; .*--path report\.parts\[\*\]\.load or more\.list/,
  },
  {
    name: 'jmeter-full.jtl',
    content: `timeStamp,elapsed,label,responseCode,responseMessage,threadName,dataType,success,failureMessage,bytes,sentBytes,grpThreads,allThreads,URL,Latency,IdleTime,Connect\n${rows((t) => `${at[t]},${whole[t]},GET /,200,OK,Thread Group 1-1,text,true,,1591,115,1,1,http://a/,20,0,3`)}`,
    args: ['--column', 'elapsed'],
    values: whole,
  },
  {
    name: 'jmeter-xml.jtl',
    content: `<?xml version="1.0" encoding="UTF-8"?>\n<testResults version="1.2">\n${rows((t) => `<httpSample t="${whole[t]}" lt="20" ts="${at[t]}" s="true" lb="GET /" rc="200"/>`)}</testResults>\n`,
    args: [],
    refusal: /XML, not a table of numbers.*CSV/,
  },
  {
    name: 'locust-history.csv',
    content: `Timestamp,User Count,Type,Name,Requests/s,Failures/s,50%,99%,Total Request Count,Total Average Response Time\n${rows((t) => `${second(t)},10,,Aggregated,${v[t]!.toFixed(6)},0.000000,${t < 2 ? 'N/A' : whole[t]},${t < 2 ? 'N/A' : 900},${100 * t},12.5`)}`,
    args: ['--column', '50%'],
    values: whole.map((x, t) => (t < 2 ? NaN : x)),
  },
  {
    name: 'home-assistant.csv',
    content: `entity_id,state,last_changed\n${rows((t) => `sensor.outside,${t === 9 ? 'unavailable' : t === 10 ? 'unknown' : v[t]},${iso(t).replace('Z', '.123Z')}`)}`,
    args: [],
    values: v.map((x, t) => (t === 9 || t === 10 ? NaN : x)),
  },
  {
    name: 'timescale-psql.txt',
    content: `         bucket         |        avg         \n------------------------+--------------------\n${rows((t) => ` ${blank(t)}+00 | ${t === 4 ? '                  ' : v[t]!.toFixed(16).slice(0, 18)}`)}(${N} rows)\n\nTime: 12.345 ms\n`,
    args: [],
    values: v.map((x, t) => (t === 4 ? NaN : Number(x.toFixed(16).slice(0, 18)))),
  },
  {
    name: 'psql-expanded.txt',
    content: rows((t) => `-[ RECORD ${t + 1} ]---------------\nbucket | ${blank(t)}+00\navg    | ${v[t]}`),
    args: [],
    refusal: /one value per line.*\\x/,
  },
  {
    name: 'mysql-box-null.txt',
    content: `+---------------------+-------+\n| t                   | cpu   |\n+---------------------+-------+\n${rows((t) => `| ${blank(t)} | ${(t % 40 === 7 ? 'NULL' : String(v[t])).padStart(5)} |`)}+---------------------+-------+\n${N} rows in set, 1 warning (0.01 sec)\n\n`,
    args: [],
    values: v.map((x, t) => (t % 40 === 7 ? NaN : x)),
  },
  {
    name: 'sqlplus.txt',
    content: `\nTIME                       CPU\n------------------- ----------\n${rows((t) => `${t > 0 && t % 14 === 0 ? '\nTIME                       CPU\n------------------- ----------\n' : ''}${blank(t)} ${String(v[t]).padStart(10)}`)}\n${N} rows selected.\n\n`,
    args: [],
    values: v,
  },
  {
    name: 'influx-cli.txt',
    content: `name: cpu\ntime                usage_user\n----                ----------\n${rows((t) => `${at[t]}000000 ${v[t]}`)}`,
    args: [],
    values: v,
  },
  {
    name: 'influx-lp-two-fields.txt',
    content: rows((t) => `cpu,host=web-1 usage_user=${v[t]},usage_system=${u[t]} ${at[t]}000000`),
    args: ['--column', 'usage_system'],
    values: u,
  },
  {
    name: 'prtg.csv',
    content: `"Date Time","Date Time(RAW)","Total","Total(RAW)","Coverage","Coverage(RAW)"\r\n${rows((t) => `"3/1/2024 ${clock12(t)} - ${clock12(Math.min(t + 1, N - 1))}",${45352 + t / 1440},"${v[t]} %",${v[t]!.toFixed(4)},"100 %",10000\r`)}`,
    args: ['--column', 'Total'],
    values: v,
  },
  {
    name: 'sadf-d.csv',
    content: `# hostname;interval;timestamp;CPU;%user;%nice;%system;%iowait;%steal;%idle\n${rows((t) => `web-1;60;${blank(t)} UTC;-1;${v[t]};0.00;0.63;0.00;0.00;${(99 - v[t]!).toFixed(2)}`)}`,
    args: ['--column', '%user'],
    values: v,
  },
  {
    name: 'iostat-xt.txt',
    content: `Linux 5.10.0 (web-1) \t03/01/2024 \t_x86_64_\t(4 CPU)\n\n${rows((t) => `03/01/2024 ${clock12(t)}\navg-cpu:  %user   %nice %system %iowait  %steal   %idle\n           1.00    0.00    1.00    0.00    0.00   98.00\n\nDevice            r/s     rkB/s   rrqm/s  %util\nsda              1.00   ${v[t]}     0.00   0.10\n`)}`,
    args: ['--column', 'rkB/s', '--where', 'Device=sda'],
    values: v,
  },
  {
    name: 'hey.csv',
    content: `response-time,DNS+dialup,DNS,Request-write,Response-delay,Response-read,status-code,offset\n${rows((t) => `${v[t]},0.0015,0.0000,0.0001,0.0123,0.0001,200,${(t / 10).toFixed(4)}`)}`,
    args: ['--column', 'response-time'],
    values: v,
  },
  {
    name: 'ab-g.tsv',
    content: `starttime\tseconds\tctime\tdtime\tttime\twait\n${rows((t) => `Fri Mar 01 ${clock(t)} 2024\t${second(t)}\t1\t2\t${whole[t]}\t3`)}`,
    args: ['--column', 'ttime'],
    values: whole,
  },
  {
    name: 'fio_lat.log',
    content: rows((t) => `${1000 * t + 1000}, ${whole[t]}, 0, 4096, 0`),
    args: ['--column', '2'],
    values: whole,
  },
  {
    name: 'vegeta.csv',
    content: rows((t) => `${at[t]}000000,200,${whole[t]}000,0,512,,c29tZQ==,${t},GET,http://a/`),
    args: ['--column', '3'],
    values: whole.map((x) => 1000 * x),
  },
  {
    name: 'iperf3.json',
    content: json({
      start: { version: 'iperf 3.9' },
      intervals: all.map((t) => ({
        streams: [],
        sum: { start: t, end: t + 1, seconds: 1, bytes: 10 * whole[t]!, bits_per_second: 80 * whole[t]! },
      })),
      end: {},
    }),
    args: ['--path', 'intervals[*].sum.bits_per_second'],
    values: whole.map((x) => 80 * x),
  },
  {
    name: 'bigquery.json',
    content: rows((t) => JSON.stringify({ ts: `${blank(t)} UTC`, avg: String(v[t]) })),
    args: ['--field', 'avg'],
    values: v,
  },
  {
    name: 'snowflake.csv',
    content: `TS,AVG_CPU\n${rows((t) => `${blank(t)}.000 +0000,${v[t]}`)}`,
    args: [],
    values: v,
  },
  {
    name: 'thingspeak.csv',
    content: `created_at,entry_id,field1\n${rows((t) => `${blank(t)} UTC,${t + 1},${v[t]}`)}`,
    args: [],
    values: v,
  },
  {
    name: 'thingspeak.json',
    content: json({
      channel: { id: 9, name: 'garden', field1: 'Temperature' },
      feeds: all.map((t) => ({ created_at: iso(t), entry_id: t + 1, field1: String(v[t]) })),
    }),
    args: ['--column', 'field1'],
    values: v,
    times: isoTimes,
  },
  {
    name: 'promtool-range.txt',
    content: `{instance="web-1"} =>\n${rows((t) => `${v[t]} @[${second(t)}]`)}`,
    args: [],
    values: v,
  },
  {
    name: 'promtool-tsdb-dump.txt',
    content: rows((t) => `{__name__="cpu", instance="web 1"} ${v[t]} ${at[t]}`),
    args: [],
    values: v,
  },
  {
    name: 'openmetrics.txt',
    content: `# HELP cpu The load.\n# TYPE cpu gauge\n${rows((t) => `cpu{instance="web 1",job="a"} ${v[t]} ${second(t)}.000`)}# EOF\n`,
    args: [],
    values: v,
  },
  {
    name: 'newrelic-chart.csv',
    content: `Timestamp,Average cpu\n${rows((t) => `"Mar 1, 2024, ${clock12(t)}",${v[t]}`)}`,
    args: [],
    values: v,
  },
  {
    name: 'appdynamics.json',
    content: json([
      {
        metricId: 7,
        metricName: 'BTM|Average Response Time (ms)',
        metricPath: 'Overall Application Performance|Average Response Time (ms)',
        frequency: 'ONE_MIN',
        metricValues: all.map((t) => ({ startTimeInMillis: at[t], value: whole[t], min: 1, max: 9000, count: 5 })),
      },
    ]),
    args: ['--column', 'value'],
    values: whole,
    times: at.map(String),
  },
  {
    name: 'wavefront.json',
    content: json({
      query: 'ts(cpu)',
      timeseries: [{ label: 'cpu', host: 'web-1', data: all.map((t) => [second(t), v[t]]) }],
    }),
    args: [],
    values: v,
    times: all.map((t) => String(second(t))),
  },
  {
    name: 'get-counter.csv',
    content: `#TYPE Microsoft.PowerShell.Commands.GetCounter.PerformanceCounterSampleSet\r\n"Timestamp","CookedValue"\r\n${rows((t) => `"3/1/2024 ${clock12(t)}","${v[t]}"\r`)}`,
    args: [],
    values: v,
  },
  {
    name: 'usgs.rdb',
    content: `# USGS 01646500 POTOMAC RIVER\n#\nagency_cd\tsite_no\tdatetime\ttz_cd\t69928_00060\t69928_00060_cd\n5s\t15s\t20d\t6s\t14n\t10s\n${rows((t) => `USGS\t01646500\t${blank(t).slice(0, 16)}\tEST\t${whole[t]}\tA`)}`,
    args: ['--column', '69928_00060'],
    values: whole,
  },
  {
    name: 'telegraf.json',
    content: rows((t) =>
      JSON.stringify({ fields: { usage_user: v[t] }, name: 'cpu', tags: { host: 'a' }, timestamp: second(t) }),
    ),
    args: ['--field', 'fields.usage_user'],
    values: v,
  },
  {
    name: 'logfmt.log',
    content: rows((t) => `ts=${iso(t)} level=info msg="request done" duration=${v[t]}ms status=200`),
    args: ['--column', 'duration'],
    values: v,
  },
  {
    name: 'cloudwatch-insights.csv',
    content: `bin(1m),avg(duration)\n${rows((t) => `${blank(t)}.000,${v[t]}`)}`,
    args: [],
    values: v,
  },
  {
    name: 'nginx-access.log',
    content: rows(
      (t) =>
        `10.0.0.1 - - [01/Mar/2024:${clock(t)} +0000] "GET /a HTTP/1.1" 200 ${whole[t]} "-" "Mozilla/5.0 (X11)" ${v[t]}`,
    ),
    args: ['--column', '10'],
    values: v,
  },
  {
    name: 'labview.lvm',
    content: `LabVIEW Measurement\t\nWriter_Version\t2\nReader_Version\t2\nSeparator\tTab\nDecimal_Separator\t,\n***End_of_Header***\t\n\t\nX_Value\tSpannung\tComment\n${rows((t) => `${comma(t)}00\t${comma(v[t]!)}\t`)}`,
    args: ['--column', 'Spannung'],
    values: v,
  },
  {
    name: 'octave.txt',
    content: `# Created by Octave 7.3.0\n# name: x\n# type: matrix\n# rows: ${N}\n# columns: 1\n${rows((t) => ` ${v[t]}`)}\n\n`,
    args: [],
    values: v,
  },
  {
    name: 'date-output.log',
    content: rows((t) => `Fri Mar  1 ${clock(t)} UTC 2024 ${v[t]}`),
    args: ['--column', '7'],
    values: v,
  },
  {
    name: 'shelly.csv',
    content: `timestamp;watt\n${rows((t) => `01.03.24 ${clock(t).slice(0, 5)};${comma(v[t]!)}`)}`,
    args: [],
    values: v,
  },
  {
    name: 'entsoe.csv',
    content: `"Time Interval (UTC)","Actual Total Load (MW)"\n${rows((t) => `"01.03.2024 ${clock(t).slice(0, 5)} - 01.03.2024 ${p2(Math.floor((t + 1) / 60))}:${p2((t + 1) % 60)}",${t === 20 ? 'n/e' : whole[t]}`)}`,
    args: [],
    values: whole.map((x, t) => (t === 20 ? NaN : x)),
  },
  {
    name: 'wide-windows.csv',
    content: `DateTime,Tag,Value,Quality\r\n${rows((t) => `2024-03-01 ${clock(t)}.000,FIC101.PV,${v[t]},Good\r`)}`,
    args: [],
    values: v,
  },
  {
    name: 'otlp-file.jsonl',
    content: rows((t) =>
      JSON.stringify({
        resourceMetrics: [
          {
            resource: {},
            scopeMetrics: [
              {
                metrics: [{ name: 'cpu', gauge: { dataPoints: [{ timeUnixNano: `${at[t]}000000`, asDouble: v[t] }] } }],
              },
            ],
          },
        ],
      }),
    ),
    args: ['--field', 'resourceMetrics.0.scopeMetrics.0.metrics.0.gauge.dataPoints.0.asDouble'],
    values: v,
  },
];
