// The settings of a detector as sliders, numbers and menus.
import { make, menu } from '../view/elements.ts';
import { type Detector, METRICS, NORMALIZATIONS, PRESETS, thresholdOf } from './detectors.ts';

/** Called with the settings as they are now, while a slider is dragged, too. */
type Change = (changes: Partial<Detector>) => void;

/** The largest window that the slider offers: a tenth of the series, at most this. */
const LARGEST_WINDOW = 1000;
const MOST_NEIGHBORS = 50;

/** What a setting is, for who points at it. */
const TITLES: Readonly<Record<string, string>> = {
  window: 'How many values are compared at a time',
  neighbors: 'How many of the windows most like it a window is compared with: k',
  exclusion: 'Windows that begin so many values or fewer from a window are not its neighbors',
  metric: 'How the distance of two windows is measured',
  normalize: 'mean: windows of one shape are alike at any level; zscore: of any size, too',
  threshold: 'A score at or above it is an alarm; drag the triangle at the right of the scores, or type it',
  preset: 'Which rule of the monitor',
  places: 'How many places are looked for',
  'forgets outliers': 'How fast the model of values forgets',
  'forgets changes': 'How fast the model of changes forgets',
  smoothing: 'Over how many values outliers are averaged before changes are looked for',
};

/** Finds the window that fits the series; says how certain that is. */
type Suggest = () => Promise<{ readonly windowSize: number | undefined; readonly words: string }>;

/** The controls of a detector. */
export function controlsOf(d: Detector, length: number, change: Change, suggest: Suggest): HTMLElement[] {
  switch (d.kind) {
    case 'knn': {
      const largest = Math.max(10, Math.min(LARGEST_WINDOW, Math.floor(length / 10)));
      return [
        ...windowControls(d.windowSize, largest, change, suggest),
        slider('neighbors', d.k, 1, MOST_NEIGHBORS, true, (k) => change({ k })),
        slider('exclusion', d.exclusionZone, 0, largest, false, (exclusionZone) => change({ exclusionZone })),
        labeled(
          'metric',
          menu(METRICS, d.metric, (metric) => change({ metric })),
        ),
        labeled(
          'normalize',
          menu(NORMALIZATIONS, d.normalize, (normalize) => change({ normalize })),
        ),
        threshold(d, change),
      ];
    }
    case 'monitor':
      return [
        labeled(
          'preset',
          menu(PRESETS, d.preset, (preset) => change({ preset, threshold: undefined })),
        ),
        threshold(d, change),
      ];
    case 'locate':
      return [slider('places', d.places, 1, 20, false, (places) => change({ places }))];
    case 'changefinder':
      return [
        discount('forgets outliers', d.outlierDiscount, (outlierDiscount) => change({ outlierDiscount })),
        discount('forgets changes', d.changeDiscount, (changeDiscount) => change({ changeDiscount })),
        slider('smoothing', d.smoothing, 1, 50, true, (smoothing) => change({ smoothing })),
        threshold(d, change),
      ];
  }
}

/** The slider of the window, and a button that takes the one that fits. */
function windowControls(windowSize: number, largest: number, change: Change, suggest: Suggest): HTMLElement[] {
  const said = make('output', { className: 'faint', hidden: true });
  const say = (text: string): void => {
    said.hidden = text === '';
    said.textContent = text;
  };
  const element = slider('window', windowSize, 1, largest, true, (chosen) => {
    say('');
    change({ windowSize: chosen });
  });
  const button = make('button', { type: 'button', title: 'Takes the period of the series as the window' }, 'Suggest');
  button.ariaLabel = 'Suggest a window';
  button.addEventListener('click', async () => {
    say('…');
    const found = await suggest().catch((error: Error) => ({ windowSize: undefined, words: error.message }));
    if (!button.isConnected) return; // another detector, or another series
    if (found.windowSize !== undefined) {
      const number = element.querySelector<HTMLInputElement>('input[type=number]')!;
      number.valueAsNumber = found.windowSize;
      number.dispatchEvent(new Event('change'));
    }
    say(found.words);
  });
  return [element, button, said];
}

function labeled(name: string, ...elements: HTMLElement[]): HTMLLabelElement {
  return make('label', { title: TITLES[name] ?? '' }, `${name} `, ...elements);
}

/** A slider beside a number, which takes what the slider does not reach. */
function slider(
  name: string,
  value: number,
  least: number,
  largest: number,
  isLogarithmic: boolean,
  change: (value: number) => void,
): HTMLElement {
  // The slider moves in a hundred steps of equal ratio, or of equal size.
  const scale = Math.log(Math.max(largest, value) / Math.max(1, least));
  const to = (x: number): number => (isLogarithmic ? (100 * Math.log(x / least)) / scale : x);
  const from = (x: number): number => (isLogarithmic ? Math.round(least * Math.exp((x / 100) * scale)) : Math.round(x));
  const range = make('input', {
    type: 'range',
    min: isLogarithmic ? '0' : String(least),
    max: isLogarithmic ? '100' : String(largest),
    step: isLogarithmic ? 'any' : '1',
  });
  range.valueAsNumber = to(value);
  range.ariaLabel = name;
  const number = make('input', { type: 'number', min: String(least), step: '1' });
  number.valueAsNumber = value;
  let last = value;
  const set = (x: number): void => {
    if (x === last) return;
    last = x;
    change(x);
  };
  range.addEventListener('input', () => {
    number.valueAsNumber = from(range.valueAsNumber);
    set(number.valueAsNumber);
  });
  number.addEventListener('change', () => {
    // What is no such number is not taken: the last one stands again.
    const x = number.valueAsNumber;
    if (!Number.isSafeInteger(x) || x < least) number.valueAsNumber = last;
    range.valueAsNumber = to(number.valueAsNumber);
    set(number.valueAsNumber);
  });
  return labeled(name, number, range);
}

/** A discount: how fast a model forgets, in steps of equal ratio from 0.0005 to 0.2. */
function discount(name: string, value: number, change: (value: number) => void): HTMLElement {
  const number = make('input', { type: 'number', min: '0.0001', max: '0.9999', step: 'any' });
  number.valueAsNumber = value;
  const [least, ratio] = [0.0005, Math.log(400)];
  const range = make('input', { type: 'range', min: '0', max: '100', step: 'any' });
  range.ariaLabel = name;
  const to = (x: number): number => (100 * Math.log(x / least)) / ratio;
  let last = value;
  const set = (x: number): void => {
    last = x;
    change(x);
  };
  range.addEventListener('input', () => {
    number.valueAsNumber = Number((least * Math.exp((range.valueAsNumber / 100) * ratio)).toPrecision(2));
    set(number.valueAsNumber);
  });
  number.addEventListener('change', () => {
    const x = number.valueAsNumber;
    if (!(x > 0 && x < 1)) number.valueAsNumber = last;
    range.valueAsNumber = to(number.valueAsNumber);
    set(number.valueAsNumber);
  });
  range.valueAsNumber = to(value);
  return labeled(name, number, range);
}

function threshold(d: Detector, change: Change): HTMLElement {
  const number = make('input', {
    type: 'number',
    min: '0',
    step: 'any',
    placeholder: String(thresholdOf(d) ?? 'none'),
  });
  number.className = 'threshold';
  if (d.threshold !== undefined) number.valueAsNumber = d.threshold;
  number.addEventListener('change', () => {
    const x = number.valueAsNumber;
    const isNone = !Number.isFinite(x) || x < 0;
    if (isNone) number.value = '';
    change({ threshold: isNone ? undefined : x });
  });
  return labeled('threshold', number);
}
