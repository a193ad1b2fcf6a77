// Files as monitoring systems, spreadsheets, databases and system tools write them, with the values that are in them.
// The files are made from the values here, so that every expected value is known without reading a file.
import { Buffer } from 'node:buffer';
import { constants, gunzipSync, gzipSync } from 'node:zlib';

/** A file, how it is to be read, and what must come out. */
export interface ExportCase {
  readonly name: string;
  readonly content: string | Uint8Array;
  /** At most one option and its value, but for refused files none. */
  readonly args: readonly string[];
  /** The values; NaN where one is missing. */
  readonly values?: readonly number[];
  /** The texts of the times, where they are part of what is read. */
  readonly times?: readonly string[];
  /** Of a file of known faults: the indices of the values within, among values at `times`, or at indices. */
  readonly ranges?: readonly { readonly begin: number; readonly end: number }[];
  /** Part of the one line that refuses the file. */
  readonly refusal?: RegExp;
}

const N = 600;
let seed = 7;
const random = (): number => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 32;
};
const series = (base: number, amplitude: number): number[] =>
  Array.from({ length: N }, (_, t) => {
    const x = base + amplitude * (Math.sin((2 * Math.PI * t) / 60) + 0.3 * (random() - 0.5));
    return t >= 400 && t < 408 ? x + 35 : x;
  });
const cpu = series(40, 10);
const mem = series(2.1, 0.2);
const start = Date.UTC(2024, 2, 1);
const at = Array.from({ length: N }, (_, t) => start + 60_000 * t);
const iso = at.map((ms) => new Date(ms).toISOString().replace('.000', ''));
const blank = iso.map((text) => text.slice(0, 19).replace('T', ' '));
const p2 = (n: number): string => String(n).padStart(2, '0');
const clock = at.map((ms) => new Date(ms).toISOString().slice(11, 19));
const everyIndex = Array.from({ length: N }, (_, t) => t);
const order = Array.from({ length: N }, (_, t) => (t * 7919) % N);
const rows = (row: (t: number) => string, which: readonly number[] = everyIndex): string =>
  which.map((t) => `${row(t)}\n`).join('');
const rounded = (values: readonly number[], digits: number): number[] => values.map((x) => Number(x.toFixed(digits)));
const c = (t: number, digits = 3): string => cpu[t]!.toFixed(digits);
const german = (t: number, digits: number): string => c(t, digits).replace('.', ',');
const grouped = (x: number, digits: number): string =>
  x.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
const some = (values: readonly number[], isMissing: (t: number) => boolean): number[] =>
  values.map((x, t) => (isMissing(t) ? NaN : x));
const cpu1 = rounded(cpu, 1);
const cpu2 = rounded(cpu, 2);
const cpu3 = rounded(cpu, 3);
const cpu4 = rounded(cpu, 4);
const rowsOf = (header: string, row: (t: number) => string): string => `${header}\n${rows(row)}`;
const NOT_AVAILABLE = ['n/a', '#N/A', 'None', '-nan', 'N/A', 'nil', '?'];
const INFINITE = ['+Inf', '-Inf', 'Infinity', '-nan'];
const names = (t: number): string => ['Jan', 'Feb', 'Mar'][new Date(at[t]!).getUTCMonth()]!;
const us = (t: number): string => `${p2(new Date(at[t]!).getUTCMonth() + 1)}/01/2024`;
const hour12 = (t: number): string => {
  const h = new Date(at[t]!).getUTCHours();
  return `${p2(h % 12 === 0 ? 12 : h % 12)}${clock[t]!.slice(2)} ${h < 12 ? 'AM' : 'PM'}`;
};
const metric = (name: string): string => `{"__name__":"cpu","instance":"${name}"}`;
const promSeries = (values: readonly number[], name: string): string =>
  `{"metric":${metric(name)},"values":[${at.map((ms, t) => `[${ms / 1000},"${values[t]!.toFixed(4)}"]`).join(',')}]}`;
const prometheus = (...all: string[]): string =>
  `{"status":"success","data":{"resultType":"matrix","result":[${all.join(',')}]}}`;
const utf16 = (text: string): Buffer => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
const plain = rows((t) => c(t));
/** Compressed, and cut: the lines that end before. */
export const CUT: Uint8Array = gzipSync(plain).subarray(0, 900);
const CUT_LINES = gunzipSync(CUT, { finishFlush: constants.Z_SYNC_FLUSH }).toString().split('\n').slice(0, -1);
export const ONE_SCRAPE =
  '# HELP node_cpu_seconds_total Seconds the CPUs spent in each mode.\n# TYPE node_cpu_seconds_total counter\nnode_cpu_seconds_total{cpu="0",mode="idle"} 362812.78\nnode_cpu_seconds_total{cpu="0",mode="user"} 8521.1\n# TYPE go_goroutines gauge\ngo_goroutines 8\n';
/** What nginx writes of the answers of several servers. */
export const UPSTREAMS: string = rows((t) => (t % 40 === 0 ? '-' : t % 33 === 0 ? '0.040, 0.020' : c(t)));

/** A file of numpy.save: magic, version, length of the header, header, data. */
export function npy(descr: string, shape: string, data: Uint8Array, order = 'False'): Uint8Array {
  const text = `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }`;
  const header = `${text.padEnd(64 * Math.ceil((text.length + 11) / 64) - 11)}\n`;
  const size = Uint8Array.of(header.length & 255, header.length >> 8);
  return Buffer.concat([Uint8Array.of(0x93), Buffer.from('NUMPY\x01\x00'), size, Buffer.from(header), data]);
}

/** Katakana and kanji of two headers in Shift-JIS. */
const SJIS = Buffer.from([0x8e, 0x9e, 0x8d, 0x8f, 0x2c, 0x89, 0x9e, 0x93, 0x9a, 0x8e, 0x9e, 0x8a, 0xd4, 0x0d, 0x0a]);
const INFLUX = ',result,table,_start,_stop,_time,_value,_field,_measurement\n';
const ANNOTATIONS =
  '#group,false,false,true,true,false,false,true,true\n#datatype,string,long,dateTime:RFC3339,dateTime:RFC3339,dateTime:RFC3339,double,string,string\n#default,_result,,,,,,,\n';
const full = (text: string): string =>
  text.replace(/[\d.]/g, (digit) => String.fromCodePoint(digit.codePointAt(0)! + 0xfee0));
const json = JSON.stringify;

const read = (
  name: string,
  content: string | Uint8Array,
  values: readonly number[],
  ...args: string[]
): ExportCase => ({
  name,
  content,
  args,
  values,
});
const timed = (one: ExportCase, times: readonly string[]): ExportCase => ({ ...one, times });
const refused = (name: string, content: string | Uint8Array, refusal: RegExp): ExportCase => ({
  name,
  content,
  args: [],
  refusal,
});

/** All files. */
export const EXPORTS: readonly ExportCase[] = [
  // Grafana.
  read(
    'grafana-joined.csv',
    rowsOf(
      '"Time","{__name__=""cpu"", instance=""web-1:9100""}","{__name__=""cpu"", instance=""web-2:9100""}"',
      (t) => `${at[t]},${c(t, 4)},${mem[t]!.toFixed(4)}`,
    ),
    cpu4,
    '--column',
    '2',
  ),
  read(
    'grafana-single.csv',
    rowsOf('"Time","{instance=""web-1"",job=""api""}"', (t) => `${at[t]},${c(t, 4)}`),
    cpu4,
  ),
  read(
    'grafana-formatted-ms.csv',
    rowsOf('"Time","p99 latency"', (t) => `${blank[t]},${c(t, 1)} ms`),
    cpu1,
  ),
  read(
    'grafana-formatted-pct.csv',
    rowsOf('"Time","CPU"', (t) => `${blank[t]},${c(t, 1)}%`),
    cpu1,
  ),
  read(
    'grafana-formatted-bytes.csv',
    rowsOf('"Time","Memory"', (t) => `${blank[t]},${mem[t]!.toFixed(2)} GiB`),
    rounded(mem, 2),
  ),
  read(
    'grafana-formatted-mixed.csv',
    rowsOf(
      '"Time","latency"',
      (t) => `${blank[t]},${cpu[t]! < 60 ? `${c(t, 1)} ms` : `${(cpu[t]! / 1000).toFixed(2)} s`}`,
    ),
    cpu.map((x) => (x < 60 ? Number(x.toFixed(1)) : Number((x / 1000).toFixed(2)) * 1000)),
  ),
  read('grafana-excel.csv', `\ufeffsep=,\n${rowsOf('"Time","CPU"', (t) => `${blank[t]},${c(t)}`)}`, cpu3),
  read(
    'grafana-excel-de.csv',
    `\ufeffsep=;\r\n"Time";"CPU"\r\n${rows((t) => `${blank[t]};${german(t, 3)}\r`)}`,
    cpu3,
    '--decimal',
    ',',
  ),
  read(
    'grafana-rows.csv',
    rowsOf('Series;Time;Value', (t) => `web-1;${iso[t]};${c(t)}\nweb-2;${iso[t]};${mem[t]!.toFixed(3)}`),
    cpu3,
    '--where',
    'Series=web-1',
  ),
  read(
    'grafana-rows-one.csv',
    rowsOf('Series;Time;Value', (t) => `total throughput;${iso[t]};${c(t)}`),
    cpu3,
  ),
  read(
    'grafana-oldtable.csv',
    rowsOf('Time;Int32polled.distinct;', (t) => `${at[t]};${c(t)};`),
    cpu3,
  ),
  read(
    'grafana-null.csv',
    rowsOf('"Time","CPU"', (t) => `${at[t]},${t % 50 === 3 ? '' : t % 97 === 5 ? 'undefined' : c(t)}`),
    some(cpu3, (t) => t % 50 === 3 || t % 97 === 5),
  ),
  // CloudWatch.
  timed(
    read(
      'cloudwatch.json',
      JSON.stringify(
        {
          Label: 'CPUUtilization',
          Datapoints: order.map((t) => ({ Timestamp: iso[t], Average: cpu4[t], Unit: 'Percent' })),
        },
        null,
        4,
      ),
      cpu4,
    ),
    iso,
  ),
  timed(
    read(
      'cloudwatch-table.txt',
      `${'-'.repeat(60)}\n|                  GetMetricStatistics                     |\n+----------+---------------------------+---------+\n|  Label   |  CPUUtilization                     |\n||  Average  |         Timestamp          |  Unit    ||\n${rows((t) => `||  ${c(t, 4)} |  ${iso[t]} |  Percent ||`, order)}`,
      cpu4,
      '--time',
      'Timestamp',
    ),
    iso,
  ),
  timed(
    read(
      'cloudwatch-text.tsv',
      `CPUUtilization\n${rows((t) => `DATAPOINTS\t${c(t, 4)}\t${iso[t]}\tPercent`, order)}`,
      cpu4,
      '--time',
      '3',
    ),
    iso,
  ),
  read(
    'cloudwatch-console.csv',
    `Full label,"i-0abc123 (web-1) CPUUtilization"\nLabel,CPUUtilization\nId,m1\nPeriod,60\nStatistic,Average\nUnit,Percent\n\n${rows((t) => `${blank[t]!.replaceAll('-', '/')},${c(t, 4)}`)}`,
    cpu4,
  ),
  timed(
    read(
      'cloudwatch-get-metric-data.json',
      JSON.stringify(
        {
          MetricDataResults: [
            {
              Id: 'm1',
              Label: 'CPUUtilization',
              Timestamps: iso.toReversed(),
              Values: cpu4.toReversed(),
              StatusCode: 'Complete',
            },
          ],
          Messages: [],
        },
        null,
        2,
      ),
      cpu4,
    ),
    iso,
  ),
  // Datadog, InfluxDB, Prometheus, VictoriaMetrics.
  read(
    'datadog.csv',
    rowsOf(
      '"Time","avg:system.cpu.user{host:web-1}"',
      (t) => `"Fri ${names(t)} 01 2024 ${clock[t]} GMT+0000 (Coordinated Universal Time)","${c(t, 4)}"`,
    ),
    cpu4,
  ),
  read(
    'datadog-api.json',
    json({
      status: 'ok',
      series: [
        { metric: 'system.cpu.user', pointlist: at.map((ms, t) => [ms, cpu4[t]]), scope: 'host:web-1', interval: 60 },
      ],
    }),
    cpu4,
  ),
  read(
    'influx.csv',
    `${ANNOTATIONS}${INFLUX}${rows((t) => `,,0,${iso[0]},${iso.at(-1)},${iso[t]},${c(t, 4)},usage_user,cpu`)}\n`,
    cpu4,
  ),
  read(
    'influx-noannot.csv',
    `${INFLUX}${rows((t) => `,_result,0,${iso[0]},${iso.at(-1)},${iso[t]},${c(t, 4)},usage_user,cpu`)}\n`,
    cpu4,
  ),
  read(
    'influx1.csv',
    rowsOf('name,tags,time,usage_user', (t) => `cpu,"cpu=cpu-total,host=web-1",${at[t]}000000,${c(t, 4)}`),
    cpu4,
  ),
  read(
    'influx-lineprotocol.txt',
    rows((t) => `cpu,host=web-1 usage_user=${c(t, 4)} ${at[t]}000000`),
    cpu4,
  ),
  timed(
    read('prom-range.json', prometheus(promSeries(cpu, 'web-1')), cpu4),
    at.map((ms) => String(ms / 1000)),
  ),
  read('prom-range-2.json', prometheus(promSeries(mem, 'web-1'), promSeries(cpu, 'web-2')), cpu4, '--column', '2'),
  read(
    'prom-values.jsonl',
    rows((t) => `[${at[t]! / 1000}, "${c(t, 4)}"]`),
    cpu4,
    '--field',
    '1',
  ),
  read('metrics.txt', ONE_SCRAPE, [362812.78], '--column', 'node_cpu_seconds_total{cpu="0",mode="idle"}'),
  read('vm-export.jsonl', `${json({ metric: { __name__: 'cpu' }, values: cpu4, timestamps: at })}\n`, cpu4),
  // Spreadsheets.
  read(
    'excel-bom-crlf.csv',
    `\ufeffTime,CPU\r\n${rows((t) => `01.03.2024 ${clock[t]!.slice(0, 5)},${c(t, 2)}\r`)}`,
    cpu2,
  ),
  read('excel-de.csv', `Zeit;Last\r\n${rows((t) => `01.03.2024 ${clock[t]!.slice(0, 5)};${german(t, 2)}\r`)}`, cpu2),
  read('excel-utf16.txt', utf16(`Time\tCPU\r\n${rows((t) => `${blank[t]}\t${c(t, 2)}\r`)}`), cpu2),
  read(
    'excel-thousands.csv',
    rowsOf('Date,Requests', (t) => `${us(t)},"${grouped(Math.floor(cpu[t]! * 1000), 0)}"`),
    cpu.map((x) => Math.floor(x * 1000)),
    '--thousands',
    ',',
  ),
  read(
    'excel-currency.csv',
    rowsOf('Date,Revenue', (t) => `${us(t)},"$${grouped(Number((cpu[t]! * 1000).toFixed(2)), 2)}"`),
    rounded(
      cpu.map((x) => x * 1000),
      2,
    ),
  ),
  read(
    'excel-pct.csv',
    rowsOf('Date,Rate', (t) => `${us(t)},${c(t, 2)}%`),
    cpu2,
  ),
  read(
    'excel-us-date.csv',
    rowsOf('Date,CPU', (t) => `${us(t)} ${hour12(t)},${c(t, 2)}`),
    cpu2,
  ),
  read(
    'excel-latin1.csv',
    Buffer.from(`Zeit;Auslastung für Gerät\r\n${rows((t) => `${blank[t]};${c(t, 2)}\r`)}`, 'latin1'),
    cpu2,
    '--encoding',
    'latin1',
  ),
  read(
    'japanese.csv',
    rowsOf('時刻,応答時間（ミリ秒）,CPU使用率', (t) => `${blank[t]},${c(t, 2)},${mem[t]!.toFixed(2)}`),
    cpu2,
    '--column',
    '応答時間（ミリ秒）',
  ),
  read(
    'japanese-sjis.csv',
    Buffer.concat([SJIS, Buffer.from(rows((t) => `${blank[t]},${c(t, 2)}\r`))]),
    cpu2,
    '--encoding',
    'shift_jis',
  ),
  read(
    'japanese-fullwidth.csv',
    rowsOf('時刻,値', (t) => `2024年03月01日 ${clock[t]!.slice(0, 5)},${full(c(t, 2))}`),
    cpu2,
  ),
  // Logs and tools.
  read(
    'nginx-awk.txt',
    rows((t) => `[01/Mar/2024:${clock[t]}] ${(cpu[t]! / 1000).toFixed(3)}`),
    rounded(
      cpu.map((x) => x / 1000),
      3,
    ),
  ),
  read(
    'nginx-awk-upstream.txt',
    UPSTREAMS,
    some(cpu3, (t) => t % 40 === 0 || t % 33 === 0),
    '--bad-lines',
    'missing',
  ),
  read(
    'uniq-c.txt',
    rows((t) => `${String(Math.floor(cpu[t]!)).padStart(7)} 01/Mar/2024:${clock[t]!.slice(0, 5)}`),
    cpu.map(Math.floor),
  ),
  // Times.
  read(
    'epoch-s.csv',
    rowsOf('ts,value', (t) => `${at[t]! / 1000},${c(t)}`),
    cpu3,
  ),
  read(
    'epoch-ms.csv',
    rowsOf('ts,value', (t) => `${at[t]},${c(t)}`),
    cpu3,
  ),
  read(
    'iso-offset.csv',
    rowsOf('time,value', (t) => `${new Date(at[t]! + 324e5).toISOString().slice(0, 19)}+09:00,${c(t)}`),
    cpu3,
  ),
  read(
    'iso-ms.csv',
    rowsOf('time,value', (t) => `${iso[t]!.slice(0, 19)}.123456789Z,${c(t)}`),
    cpu3,
  ),
  timed(read('unsorted.csv', `time,value\n${rows((t) => `${iso[t]},${c(t)}`, order)}`, cpu3, '--time', 'time'), iso),
  timed(
    read(
      'descending.csv',
      `time,value\n${rows((t) => `${iso[t]},${c(t)}`, everyIndex.toReversed())}`,
      cpu3,
      '--time',
      'time',
    ),
    iso,
  ),
  read(
    'duplicates.csv',
    rowsOf('time,value', (t) => (t % 10 === 0 ? `${iso[t]},${c(t)}\n${iso[t]},${c(t)}` : `${iso[t]},${c(t)}`)),
    cpu3.flatMap((x, t) => (t % 10 === 0 ? [x, x] : [x])),
  ),
  read(
    'gaps.csv',
    `time,value\n${rows(
      (t) => `${iso[t]},${c(t)}`,
      everyIndex.filter((t) => t < 200 || t >= 320),
    )}`,
    cpu3.filter((_, t) => t < 200 || t >= 320),
  ),
  // What stands around and among the rows.
  read(
    'footer.csv',
    `${rowsOf('time,value', (t) => `${iso[t]},${c(t)}`)}\nTotal,24000\n# generated by report tool\n`,
    cpu3,
  ),
  read('footer2.csv', `${rowsOf('time,value', (t) => `${iso[t]},${c(t)}`)}(600 rows)\n`, cpu3),
  read(
    'psql.txt',
    `          time          |  value  \n------------------------+---------\n${rows((t) => ` ${blank[t]}+00 | ${c(t).padStart(7)}`)}(600 rows)\n`,
    cpu3,
  ),
  read(
    'mysql.tsv',
    rowsOf('time\tvalue', (t) => `${blank[t]}\t${t % 50 === 0 ? 'NULL' : t % 51 === 0 ? '\\N' : c(t)}`),
    some(cpu3, (t) => t % 50 === 0 || t % 51 === 0),
  ),
  read('comment.csv', `# exported 2024-03-01\n# host=web-1\n${rowsOf('time,value', (t) => `${iso[t]},${c(t)}`)}`, cpu3),
  refused('empty.csv', '', /empty: there are no values/),
  refused('empty.txt', '', /empty: there are no values/),
  refused('header-only.csv', 'time,value\n', /empty: there are no values/),
  read('one.txt', '42\n', [42]),
  read('one.csv', 'time,value\n2024-01-01,42\n', [42]),
  read('two.txt', '42\n43\n', [42, 43]),
  refused('blank.txt', '\n\n\n', /empty: there are no values/),
  read('allnan.txt', 'nan\n'.repeat(20), Array(20).fill(NaN)),
  read('const.txt', '5\n'.repeat(300), Array(300).fill(5)),
  read(
    'dash-missing.csv',
    rowsOf('time,value', (t) => `${iso[t]},${t % 50 === 0 ? '-' : c(t)}`),
    some(cpu3, (t) => t % 50 === 0),
  ),
  read(
    'na-variants.csv',
    rowsOf('time,value', (t) => `${iso[t]},${t % 50 === 0 ? NOT_AVAILABLE[(t / 50) % 7] : c(t)}`),
    some(cpu3, (t) => t % 50 === 0),
  ),
  read(
    'plusinf.txt',
    rows((t) => (t % 50 === 0 ? INFINITE[(t / 50) % 4]! : c(t))),
    some(cpu3, (t) => t % 50 === 0),
  ),
  read(
    'bool.csv',
    rowsOf('time,up', (t) => `${iso[t]},${t >= 400 && t < 410 ? 'false' : 'true'}`),
    cpu.map((_, t) => (t >= 400 && t < 410 ? 0 : 1)),
  ),
  // JSON.
  read('json-array.json', json(cpu3), cpu3),
  read('json-array-pretty.json', JSON.stringify(cpu3, null, 1), cpu3),
  timed(
    read(
      'json-objs.json',
      JSON.stringify(
        iso.map((time, t) => ({ time, value: cpu3[t] })),
        null,
        1,
      ),
      cpu3,
    ),
    iso,
  ),
  timed(read('json-objs-1line.json', json(iso.map((time, t) => ({ time, value: cpu3[t] }))), cpu3), iso),
  read(
    'sparse.jsonl',
    rows((t) => json(t % 50 === 0 ? { ts: iso[t], level: 'info', msg: 'start' } : { ts: iso[t], ms: cpu3[t] })),
    cpu3.filter((_, t) => t % 50 !== 0),
    '--sparse',
  ),
  read('mixedlog.jsonl', `starting up\n${rows((t) => json({ ts: iso[t], ms: cpu3[t] }))}`, cpu3, '--sparse'),
  // Numbers between blanks, line ends, long lines, compression.
  read('spaces.txt', `${cpu3.map((x) => x.toFixed(3)).join(' ')}\n`, cpu3, '--input', 'row'),
  read(
    'spaces-cols.txt',
    rows((t) => `${at[t]} ${c(t)} ${mem[t]!.toFixed(3)}`),
    cpu3,
    '--column',
    '2',
  ),
  read('crlf.txt', plain.replaceAll('\n', '\r\n'), cpu3),
  read('cr-only.txt', plain.replaceAll('\n', '\r'), cpu3),
  read(
    'longline.csv',
    rowsOf('time,value,msg', (t) => `${iso[t]},${c(t)},"${'x'.repeat(20_000)}"`),
    cpu3,
  ),
  read('gz-noext', gzipSync(plain), cpu3),
  read('concat.gz', Buffer.concat([gzipSync(plain.slice(0, 700)), gzipSync(plain.slice(700))]), cpu3),
  read('trunc.gz', CUT, CUT_LINES.map(Number), '--bad-lines', 'skip'),
  // pandas and numpy.
  read(
    'pandas-dtindex.csv',
    rowsOf(',cpu', (t) => `${blank[t]}+00:00,${cpu[t]}`),
    cpu,
  ),
  read(
    'pandas-dtindex-2.csv',
    rowsOf(',cpu,mem', (t) => `${blank[t]}+00:00,${cpu[t]},${mem[t]}`),
    cpu,
    '--column',
    'cpu',
  ),
  read(
    'pandas-rangeindex.csv',
    rowsOf(',cpu', (t) => `${t},${cpu[t]}`),
    cpu,
  ),
  read(
    'pandas-rangeindex-2.csv',
    rowsOf(',cpu,mem', (t) => `${t},${cpu[t]},${mem[t]}`),
    cpu,
    '--column',
    'cpu',
  ),
  read(
    'pandas-series.csv',
    rowsOf(',cpu', (t) => `${t},${cpu[t]}`),
    cpu,
  ),
  read('pandas-records.json', json(cpu.map((x) => ({ cpu: x }))), cpu),
  read(
    'pandas-lines.jsonl',
    rows((t) => json({ time: at[t], cpu: cpu[t] })),
    cpu,
    '--field',
    'cpu',
  ),
  read(
    'savetxt.txt',
    rows((t) => cpu[t]!.toExponential(18)),
    cpu,
  ),
  read(
    'savetxt-2.txt',
    rows((t) => `${at[t]!.toExponential(18)} ${cpu[t]!.toExponential(18)}`),
    cpu,
  ),
  read(
    'savetxt-hdr.csv',
    `# t,v\n${rows((t) => `${at[t]!.toExponential(18)},${cpu[t]!.toExponential(18)}`)}`,
    cpu,
    '--column',
    'v',
  ),
  read('array.npy', npy("'<f8'", `(${N},)`, new Uint8Array(Float64Array.from(cpu).buffer)), cpu),
  refused('df.pkl', Uint8Array.of(0x80, 5, 0x95, 0x12, 0x4d, 0, 0, 0, 0, 0), /pickle of Python.*to_csv.*numpy\.save/),
  // Known faults, for eval and plot.
  {
    ...read('labels.csv', 'begin,end\n2024-03-01T06:40:00Z,2024-03-01T06:47:00Z\n', []),
    times: iso,
    ranges: [{ begin: 400, end: 407 }],
  },
  { ...read('labels-idx.csv', 'begin,end\n400,407\n', []), ranges: [{ begin: 400, end: 407 }] },
];
