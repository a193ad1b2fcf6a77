// The files of examples/prometheus, each read by the tool that it is for; where there is none, by its grammar.
import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterAll, describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { cli } from '../support/cli-run.ts';
import { cleanUp, freePort, hasProgram, newFolder } from '../support/prometheus.ts';

const FOLDER = fileURLToPath(new URL('../../examples/prometheus/', import.meta.url));
const read = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');

afterAll(cleanUp);

/** Runs a program in the folder; throws what it printed if it fails. */
function run(file: string, args: readonly string[], cwd = FOLDER): void {
  const { status, stdout, stderr, error } = spawnSync(file, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${file} ${args.join(' ')}: ${error?.message ?? ''}${stdout}${stderr}`);
}

describe.skipIf(!hasProgram('promtool'))('promtool takes', () => {
  test('the configuration and its rules', () => run('promtool', ['check', 'config', 'prometheus.yml']));
  test('the rules, which fire where they should', () =>
    run('promtool', ['test', 'rules', 'knn-anomaly.rules.test.yml']));
});

test.skipIf(!hasProgram('amtool'))('amtool takes the configuration of Alertmanager', () => {
  run('amtool', ['check-config', 'alertmanager.yml']);
});

test.skipIf(spawnSync('systemd-analyze', ['--version']).error !== undefined)('systemd takes the unit', () => {
  // A folder of its own: names of units with the program in /usr/bin/env need nothing else.
  const folder = newFolder();
  cpSync(join(FOLDER, 'knn-anomaly.service'), join(folder, 'knn-anomaly.service'));
  run('systemd-analyze', ['verify', './knn-anomaly.service'], folder);
});

test('the dashboard shows metrics that are exposed, and its panels do not overlap', () => {
  interface Panel {
    id: number;
    gridPos: { x: number; y: number; w: number; h: number };
    targets: { expr: string }[];
  }
  const { panels, templating } = JSON.parse(read('grafana-dashboard.json')) as {
    panels: Panel[];
    templating: { list: { name: string }[] };
  };
  const exposed = new Set(read('README.md').match(/knn_anomaly_\w+/g));
  const cells = new Set<string>();
  for (const {
    gridPos: { x, y, w, h },
    targets,
  } of panels) {
    for (const { expr } of targets)
      for (const name of expr.match(/knn_anomaly_\w+/g) ?? []) expect(exposed).toContain(name);
    expect(x + w).toBeLessThanOrEqual(24);
    for (let cell = 0; cell < w * h; cell++) {
      const at = `${x + (cell % w)} ${y + Math.floor(cell / w)}`;
      expect(cells).not.toContain(at);
      cells.add(at);
    }
  }
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  expect(templating.list.map(({ name }) => name)).toEqual(['datasource', 'query']);
});

test('the manifest of Kubernetes is four parts that name each other', () => {
  const [config, service, set, none] = parseAllDocuments(read('kubernetes.yaml')).map((document) => document.toJS());
  expect(none).toBeUndefined();
  expect([config.kind, service.kind, set.kind]).toEqual(['ConfigMap', 'Service', 'StatefulSet']);
  const { spec } = set;
  const [container] = spec.template.spec.containers;
  expect(spec.template.metadata.labels).toEqual(spec.selector.matchLabels);
  expect(service.spec.selector).toEqual(spec.selector.matchLabels);
  expect(spec.serviceName).toBe(service.metadata.name);
  expect(container.command[2]).toContain(`/${spec.replicas}"`);
  const volumes = [
    ...spec.template.spec.volumes,
    ...spec.volumeClaimTemplates.map(({ metadata }: { metadata: object }) => metadata),
  ];
  expect(container.volumeMounts.map(({ name }: { name: string }) => name)).toEqual(volumes.map(({ name }) => name));
  const options = parse(config.data['knn-anomaly.yaml']);
  expect(container.ports[0].containerPort).toBe(Number(options.listen.split(':')[1]));
  expect(container.volumeMounts[1].mountPath).toBe(options.state);
});

test('the configurations are understood: what fails is the server that is not there', async () => {
  const url = `http://127.0.0.1:${await freePort()}`;
  const state = newFolder();
  const kubernetes = newFolder();
  const [config] = parseAllDocuments(read('kubernetes.yaml')).map((document) => document.toJS());
  writeFileSync(join(kubernetes, 'k.yaml'), config.data['knn-anomaly.yaml']);
  for (const path of [join(FOLDER, 'knn-anomaly.yaml'), join(kubernetes, 'k.yaml')]) {
    const { status, stderr } = await cli(['prometheus', '--config', path, '--url', url, '--state', state, '--once']);
    expect(status).toBe(1);
    expect(stderr).toContain(`${url}: not reached: ECONNREFUSED`);
  }
});

test('the page names every file, every metric that is exposed, and TypeScript that compiles', () => {
  const page = read('README.md');
  for (const name of readdirSync(FOLDER)) if (name !== 'README.md') expect(page).toContain(name);
  const source = readFileSync(new URL('../../src/prometheus/exposition.ts', import.meta.url), 'utf8');
  for (const [, name] of source.matchAll(/name: '(\w+)', type/g)) expect(page).toContain(`knn_anomaly_${name}`);
  const [code] = /(?<=```ts\n).*?(?=```)/s.exec(page)!;
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const file = join(root, 'test/prometheus/page.ts');
  const options: ts.CompilerOptions = {
    ...{
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
    },
    ...{ strict: true, noEmit: true, skipLibCheck: true, types: ['node'] },
  };
  const host = ts.createCompilerHost(options);
  const [exists, getSource] = [host.fileExists, host.getSourceFile];
  host.fileExists = (name) => name === file || exists(name);
  host.getSourceFile = (name, ...rest) =>
    name === file ? ts.createSourceFile(name, code, ts.ScriptTarget.ES2022) : getSource(name, ...rest);
  const problems = ts.getPreEmitDiagnostics(ts.createProgram([file], options, host));
  expect(problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '))).toEqual([]);
});
