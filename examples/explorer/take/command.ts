// What is on the page as a command line and as a program.

import { PRESET_THRESHOLDS } from '../../../src/calibrate/monitors/preset-thresholds.ts';
import { quoted, wordsOf } from '../../../src/cli/explore/words.ts';
import type { Opened } from '../read/protocol.ts';
import { changeFinderSettings, type Detector } from '../score/detectors.ts';

/** What the two are made of. */
export interface Work {
  readonly opened: Opened;
  /** The options of the command line that the user has typed. */
  readonly options: string;
  readonly detector: Detector;
}

/** Seconds from value to value; `undefined` if they are not known. */
export function secondsOf({ grid }: Opened): number | undefined {
  return grid?.isDate ? grid.step / 1000 : undefined;
}

/** The command line that gives the numbers of a panel. */
export function commandOf({ opened, options, detector }: Work): string {
  const { name, columns, column, time } = opened;
  const words = wordsOf(options);
  const has = (option: string): boolean => words.some((word) => word === option || word.startsWith(`${option}=`));
  const isChosen = has('--column') || has('--field') || has('--path');
  const input = [
    ...words,
    ...(isChosen || column === undefined || columns.numbers.length === 0
      ? []
      : [columns.areFields ? '--field' : '--column', column]),
    ...(has('--time') || time === undefined ? [] : ['--time', time]),
  ];
  return ['knn-anomaly', ...wordsOfCommand(detector, opened), name, ...input].map(quoted).join(' ');
}

function wordsOfCommand(d: Detector, opened: Opened): string[] {
  switch (d.kind) {
    case 'knn':
      return [
        ...['score', '--window', `${d.windowSize}`, '--neighbors', `${d.k}`],
        ...(d.metric === 'euclidean' ? [] : ['--metric', d.metric]),
        ...(d.normalize === 'none' ? [] : ['--normalize', d.normalize]),
        ...(d.exclusionZone === 0 ? [] : ['--exclusion-zone', `${d.exclusionZone}`]),
        ...['--format', 'csv'],
      ];
    case 'monitor': {
      const seconds = secondsOf(opened);
      return [
        'monitor',
        ...(d.preset === 'metrics' ? [] : ['--preset', d.preset]),
        ...(d.threshold === undefined ? [] : ['--threshold', `${d.threshold}`]),
        ...(d.preset !== 'metrics' || seconds === undefined || seconds === 60 ? [] : ['--step', `${seconds}`]),
        ...['--format', 'csv'],
      ];
    }
    case 'locate':
      return ['locate', '--top', `${d.places}`];
    case 'changefinder':
      return [
        ...['changefinder', '--outlier-discount', `${d.outlierDiscount}`],
        ...['--change-discount', `${d.changeDiscount}`, '--smoothing', `${d.smoothing}`, '--format', 'csv'],
      ];
  }
}

/** A program that gives them. */
export function programOf({ opened, detector: d }: Work): string {
  const series = 'series: your values, NaN where one is missing';
  switch (d.kind) {
    case 'knn': {
      const isNamed = d.metric === 'manhattan' || d.metric === 'chebyshev' || d.metric === 'mahalanobis';
      const options = [
        ...(isNamed ? [`metric: ${d.metric}${d.metric === 'mahalanobis' ? '()' : ''}`] : []),
        ...(d.normalize === 'none' ? [] : [`normalize: '${d.normalize}'`]),
        ...(d.exclusionZone === 0 ? [] : [`exclusionZone: ${d.exclusionZone}`]),
      ];
      const given = options.length === 0 ? '' : `, { ${options.join(', ')} }`;
      return [
        `import { KNN, topAnomalies } from 'knn-anomaly';`,
        ...(isNamed ? [`import { ${d.metric} } from 'knn-anomaly/metrics';`] : []),
        '',
        `// ${series}`,
        `const scores = new KNN(${d.windowSize}, ${d.k}${given}).score(series);`,
        `const places = topAnomalies(scores, 10, { separation: ${d.windowSize} });`,
        ...(d.threshold === undefined ? [] : [`const alarms = scores.map((score) => score >= ${d.threshold});`]),
        '',
      ].join('\n');
    }
    case 'monitor': {
      const seconds = secondsOf(opened);
      const options = [
        ...(d.preset === 'metrics' ? [] : [`preset: '${d.preset}'`]),
        ...(d.threshold === undefined || d.threshold === PRESET_THRESHOLDS[d.preset]
          ? []
          : [`threshold: ${d.threshold}`]),
        ...(d.preset !== 'metrics' || seconds === undefined || seconds === 60 ? [] : [`step: ${seconds}`]),
      ];
      return [
        `import { monitor } from 'knn-anomaly/calibrate';`,
        '',
        `// ${series}`,
        `const watched = monitor(${options.length === 0 ? '' : `{ ${options.join(', ')} }`});`,
        'for (const x of series) {',
        '  watched.update(x);',
        `  if (watched.last.event === 'begin') console.log(watched.explain().text);`,
        '}',
        '',
      ].join('\n');
    }
    case 'locate':
      return [
        `import { locate } from 'knn-anomaly';`,
        '',
        `// ${series}`,
        `const places = locate(series, { n: ${d.places} });`,
        '',
      ].join('\n');
    case 'changefinder':
      return [
        `import { ChangeFinder } from 'knn-anomaly';`,
        '',
        `// ${series}`,
        `const scores = new ChangeFinder(${changeFinderSettings(d).join(', ')}).learn(series);`,
        '',
      ].join('\n');
  }
}
