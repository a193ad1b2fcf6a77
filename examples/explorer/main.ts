// The page: takes a file in, and joins the figure, the detectors, the labels and what is taken along.
import { CHOOSING, withoutOptions } from '../../src/cli/explore/words.ts';
import { formatSpan } from '../../src/cli/input/time/duration.ts';
import { labelsCsv } from './label/label-file.ts';
import { LabelsView } from './label/labels-view.ts';
import { MeritClient, type Part, partOf } from './label/merit.ts';
import { listMerit } from './label/merit-view.ts';
import { ReadClient, ReadFailure } from './read/client.ts';
import type { Columns } from './read/inspect.ts';
import { listenForFiles } from './read/intake.ts';
import type { LabelRange, Opened } from './read/protocol.ts';
import { DEFAULT, type Detector, KIND_TITLES, KINDS, nameOf, scoresOf, thresholdOf } from './score/detectors.ts';
import { Panel, type PanelListener, type PanelSeries } from './score/panel.ts';
import { placeAt } from './score/places.ts';
import type { Place } from './score/protocol.ts';
import { fromHash, isZone, NEW, type Settings, toHash } from './settings.ts';
import { commandOf, programOf } from './take/command.ts';
import { copyFrom, download, toPNG } from './take/download.ts';
import { figureOf } from './take/figure.ts';
import { Axis, writeNumber } from './view/axis.ts';
import { byId, fill } from './view/elements.ts';
import { Figure } from './view/figure.ts';
import { type Mark, PanelChart } from './view/panel-chart.ts';
import { listPlaces, SHORT } from './view/places.ts';
import { showProblem } from './view/problem.ts';
import { Pyramid } from './view/pyramid.ts';
import { WhyView } from './view/why.ts';

/** Panels that are shown at most: each has a worker and the series in memory. */
const MOST_PANELS = 4;

let settings: Settings = fromHash(location.hash);
let opened: Opened | undefined;
let axis = new Axis(undefined, 1);
let seriesChart: PanelChart | undefined;
let panels: Panel[] = [];
let active: Panel | undefined;
let numPanels = 0;

const reader = new ReadClient();
const merit = new MeritClient((result) => listMerit(byId('merit'), result));
const labels = new LabelsView(byId('labels'), {
  changed: () => markAll(),
  shown: ({ begin, end }) => figure.focus(begin, end),
});
const why = new WhyView(
  { text: byId('detail-text'), chart: byId('detail-chart'), legend: byId('detail-legend'), label: byId('label-place') },
  () => markAll(),
);
const figure = new Figure({
  moved: (from, to) => keep({ range: from <= 0 && to >= length() - 1 ? undefined : [from, to] }),
  hovered: readOut,
  selected: (begin, end) => labels.add(begin, end),
  picked: (index, tolerance) => {
    const place = active?.result && placeAt(active.result, active.detector, index, tolerance);
    if (place !== undefined) choose(place);
  },
});
const listener: PanelListener = {
  changed: () => {
    keep({ detectors: panels.map(({ detector }) => detector) });
    showTake();
    measure();
  },
  scored: (panel) => {
    if (panel === active) {
      why.follow(panel);
      showPlaces();
    }
    markAll();
  },
  chosen: (panel) => activate(panel),
  closed: (panel) => {
    panel.close();
    panels = panels.filter((other) => other !== panel);
    if (active === panel) activate(panels[0]);
    keep({ detectors: panels.map(({ detector }) => detector) });
    showAdd();
    byId('add').focus();
  },
};

function length(): number {
  return opened?.values.length ?? 1;
}

/** Keeps what has changed in the page's address. */
let pending = 0;
function keep(changes: Partial<Settings>): void {
  settings = { ...settings, ...changes };
  if (pending !== 0) return;
  pending = window.setTimeout(() => {
    pending = 0;
    history.replaceState(null, '', `#${toHash(settings)}`);
  }, 300);
}

function complain(message: string | undefined): void {
  showProblem(byId('problem'), message, (option) => {
    const options = byId<HTMLInputElement>('options');
    options.value = `${options.value} ${option}`.trim();
    again({ options: options.value });
  });
}

/** Reads the file once more, in another way. */
function again(changes: Partial<Settings>): void {
  keep({ range: undefined, ...changes });
  const name = byId('name').textContent!;
  if (name !== '') void read(name);
}

/** Reads a file that is known to the reader, with the settings of the page. */
async function read(name: string): Promise<void> {
  byId('notices').textContent = 'reading …';
  byId('source').hidden = false;
  byId('name').textContent = name;
  byId<HTMLInputElement>('options').value = settings.options;
  const isTuned = withoutOptions(settings.options, [...CHOOSING, 'time']) !== '' || settings.zone !== undefined;
  if (isTuned) byId<HTMLDetailsElement>('more').open = true;
  // What is shown until the file is read, or stays where it cannot be, is not what the settings say.
  const work = byId('work');
  work.inert = true;
  work.hidden ||= opened?.name !== name;
  try {
    const { options, column, time } = settings;
    opened = await reader.open(name, { options, column, time });
  } catch (error) {
    const { message } = error as Error;
    byId('notices').textContent = '';
    complain(message.startsWith(name) ? message : `${name}: ${message}`);
    if (error instanceof ReadFailure && error.columns !== undefined) {
      const { columns } = error;
      showColumns(columns, settings.column ?? columns.numbers[0], settings.time ?? columns.times[0]);
    }
    byId<HTMLDetailsElement>('more').open = true;
    return;
  }
  complain(undefined);
  show();
}

function showColumns(columns: Columns, column: string | undefined, time: string | undefined): void {
  const [columnMenu, timeMenu] = [byId<HTMLSelectElement>('column'), byId<HTMLSelectElement>('time')];
  fill(columnMenu, [...columns.numbers], column);
  columnMenu.parentElement!.hidden = columns.numbers.length === 0;
  fill(timeMenu, ['', ...columns.times], time ?? '', (name) => (name === '' ? 'none' : name));
  timeMenu.parentElement!.hidden = columns.times.length === 0;
}

/** Shows the series that was read. */
function show(): void {
  const { name, columns, column, time, values, grid, notices, numRows } = opened!;
  showColumns(columns, column, time);
  const step = grid === undefined ? '' : `, a step of ${grid.isDate ? formatSpan(grid.step) : writeNumber(grid.step)}`;
  // The name of the file stands beside them.
  const said = notices.map((text) => (text.startsWith(`${name}: `) ? text.slice(name.length + 2) : text));
  byId('notices').textContent = [`${writeNumber(numRows)} values${step}`, ...said].join('\n');
  const others = columns.numbers.filter((other) => other !== column);
  const from = byId<HTMLSelectElement>('labels-column');
  fill(from, ['', ...others], '', (other) => (other === '' ? 'a column …' : other));
  from.parentElement!.hidden = others.length === 0;
  byId('welcome').hidden = true;
  const work = byId('work');
  work.hidden = false;
  work.inert = false;
  axis = new Axis(grid, values.length, settings.zone);
  if (seriesChart !== undefined) figure.remove(seriesChart);
  const host = byId('series-chart');
  host.tabIndex = 0;
  host.ariaLabel = `The series ${column ?? ''}. Arrow keys move, plus and minus zoom, l labels what is in sight.`;
  seriesChart = new PanelChart(host, {
    axis,
    color: 'series',
    height: 236,
    fromZero: false,
    hasTicks: true,
    hasRanks: true,
    hasThreshold: false,
  });
  seriesChart.setCurve(new Pyramid(values));
  figure.reset(values.length, settings.range);
  figure.add(seriesChart);
  why.setSeries(values, axis);
  labels.set([], axis);
  if (panels.length === 0) for (const detector of settings.detectors) addPanel(detector);
  else for (const panel of panels) panel.setSeries(seriesOf());
  showTake();
  document.dispatchEvent(new CustomEvent('knn-opened', { detail: opened }));
}

function seriesOf(): PanelSeries {
  const { values, grid } = opened!;
  return { values, grid, zone: settings.zone, axis };
}

function addPanel(detector: Detector): void {
  const panel = new Panel(detector, numPanels++, figure, listener);
  byId('panels').append(panel.element);
  panels.push(panel);
  panel.setSeries(seriesOf());
  if (active === undefined) activate(panel);
  showAdd();
}

function showAdd(): void {
  byId<HTMLSelectElement>('add').disabled = panels.length >= MOST_PANELS;
}

function activate(panel: Panel | undefined): void {
  if (active === panel) return;
  active = panel;
  for (const other of panels) other.setTurned(other === panel);
  why.follow(panel);
  showPlaces();
  markAll();
  showTake();
  measure();
}

function showPlaces(): void {
  const result = active?.result;
  byId('places-of').textContent =
    active === undefined ? '' : `${nameOf(active.detector)}: ${scoresOf(active.detector)}`;
  byId('places-state').hidden = result?.exact !== false;
  const otherwise =
    active === undefined ? 'add a detector' : active.isBusy ? 'being looked for …' : 'no place stands out';
  byId('places-more').hidden = (result?.places.length ?? 0) <= SHORT;
  const show = (place: Place): void => {
    choose(place);
    figure.focus(place.begin, place.end);
  };
  listPlaces(byId('places'), result?.places ?? [], axis, show, why.place, otherwise);
}

/** Shows a place of the active panel, which the user has chosen in the list or in the figure. */
function choose(place: Place): void {
  why.choose(active!, place);
  showPlaces();
}

/** Marks of labels, alarms and the chosen place in all panels. */
function markAll(): void {
  const marks: Mark[] = labels.all.map(({ begin, end }) => ({ begin, end, kind: 'label' }));
  const { place } = why;
  const chosen: Mark[] = place === undefined ? [] : [{ begin: place.begin, end: place.end, kind: 'chosen' }];
  for (const panel of panels) panel.setLabels([...marks, ...chosen]);
  const result = active?.result;
  const strange = (result?.places ?? []).slice(0, SHORT).map(({ index, begin, end }, p): Mark => {
    return { begin, end, kind: index === place?.index ? 'chosen' : 'place', rank: p + 1 };
  });
  const isListed = strange.some(({ kind }) => kind === 'chosen');
  const points = result?.alarms ?? active?.alarms.map(({ begin }) => begin) ?? [];
  seriesChart?.setMarks({ ranges: [...marks, ...strange, ...(isListed ? [] : chosen)], points, threshold: undefined });
  measure();
}

/** Figures of merit, when the scores have come to rest. */
let measuring = 0;
function measure(): void {
  clearTimeout(measuring);
  const warning = byId('warning');
  warning.hidden = labels.all.length === 0;
  if (labels.all.length === 0) {
    listMerit(byId('merit'), undefined);
    return;
  }
  measuring = window.setTimeout(() => {
    const result = active?.result;
    if (result === undefined || !result.exact) return;
    const part = byId<HTMLSelectElement>('part').value as Part;
    const { scores, labels: within } = partOf(result.scores, labels.all, part);
    if (within.length === 0) listMerit(byId('merit'), 'no label lies in this half');
    else merit.ask({ scores, labels: within, threshold: thresholdOf(active!.detector), window: 100 });
  }, 150);
}

function showTake(): void {
  if (opened === undefined || active === undefined) return;
  const work = { opened, options: settings.options, detector: active.detector };
  byId<HTMLTextAreaElement>('command').value = commandOf(work);
  byId<HTMLTextAreaElement>('program').value = programOf(work);
  const isOther = !opened.isPlain && active.detector.kind !== 'knn' && active.detector.kind !== 'locate';
  byId('take-of').textContent = isOther
    ? `${nameOf(active.detector)}. Rows that are absent are missing values here; a stream does not know of them.`
    : nameOf(active.detector);
}

function readOut(index: number | undefined): void {
  const output = byId('readout');
  if (opened === undefined || index === undefined || index < 0 || index >= length()) {
    output.textContent = '';
    return;
  }
  const scores = panels.flatMap(({ result, detector }) =>
    result === undefined ? [] : [`${nameOf(detector)} ${writeNumber(result.scores[index]!)}`],
  );
  const label = labels.all.find(({ begin, end }) => begin <= index && index <= end);
  const parts = [
    axis.write(index),
    writeNumber(opened.values[index]!),
    ...scores,
    ...(label ? [`label ${label.name}`] : []),
  ];
  output.textContent = parts.join(' · ');
}

async function take(file: Blob, name: string): Promise<void> {
  reader.add(name, file);
  // Another file has columns of its own.
  if (opened !== undefined && opened.name !== name)
    settings = { ...NEW, detectors: panels.map((p) => p.detector), zone: settings.zone };
  await read(name);
}

function listen(): void {
  listenForFiles((file, name) => void take(file, name));
  // What is chosen in a menu takes the place of what the options say.
  const choice = (id: 'column' | 'time', names: readonly string[]): void => {
    const menu = byId<HTMLSelectElement>(id);
    menu.addEventListener('change', () =>
      again({ [id]: menu.value, options: withoutOptions(settings.options, names) }),
    );
  };
  choice('column', CHOOSING);
  choice('time', ['time']);
  byId('reread').addEventListener('click', () => again({ options: byId<HTMLInputElement>('options').value.trim() }));
  byId('options').addEventListener('keydown', (event) => {
    if (event.key === 'Enter') again({ options: byId<HTMLInputElement>('options').value.trim() });
  });
  const zone = byId<HTMLInputElement>('zone');
  zone.value = settings.zone ?? '';
  zone.placeholder = Intl.DateTimeFormat().resolvedOptions().timeZone;
  byId('zones').replaceChildren(
    ...['UTC', ...Intl.supportedValuesOf('timeZone')].map((name) =>
      Object.assign(document.createElement('option'), { value: name }),
    ),
  );
  zone.addEventListener('change', () => {
    if (zone.value !== '' && !isZone(zone.value))
      return complain(`${zone.value} is no time zone: see the list, such as Europe/Berlin or UTC`);
    complain(undefined);
    again({ zone: zone.value === '' ? undefined : zone.value });
  });
  byId('zoom-in').addEventListener('click', () => figure.zoom(0.5));
  byId('zoom-out').addEventListener('click', () => figure.zoom(2));
  byId('zoom-all').addEventListener('click', () => figure.showAll());
  const mode = byId('label-mode');
  mode.addEventListener('click', () => {
    figure.isSelecting = !figure.isSelecting;
    mode.setAttribute('aria-pressed', String(figure.isSelecting));
  });
  const add = byId<HTMLSelectElement>('add');
  fill(add, ['', ...KINDS], '', (kind) => (kind === '' ? 'a detector …' : KIND_TITLES[kind]));
  add.addEventListener('change', () => {
    const kind = KINDS.find((one) => one === add.value);
    add.value = '';
    if (kind === undefined || opened === undefined) return;
    addPanel({ ...DEFAULT, kind });
    keep({ detectors: panels.map(({ detector }) => detector) });
  });
  byId('part').addEventListener('change', measure);
  const more = byId('places-more');
  more.addEventListener('click', () => {
    const isLong = byId('places').classList.toggle('long');
    more.ariaExpanded = String(isLong);
    more.textContent = isLong ? 'Fewer places' : 'More places';
  });
  byId('label-place').addEventListener('click', () => {
    if (why.place !== undefined) labels.add(why.place.begin, why.place.end);
  });
  listenToFiles();
  new ResizeObserver(() => figure.resize()).observe(byId('figure'));
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => opened && show());
}

function listenToFiles(): void {
  const file = byId<HTMLInputElement>('labels-file');
  byId('labels-open').addEventListener('click', () => file.click());
  file.addEventListener('change', () => {
    const [first] = file.files ?? [];
    file.value = '';
    if (first !== undefined) void loadLabels(first, first.name);
  });
  const from = byId<HTMLSelectElement>('labels-column');
  from.addEventListener('change', () => {
    if (from.value !== '') void takeLabels(reader.columnLabels(from.value));
    from.value = '';
  });
  byId('labels-save').addEventListener('click', () => download('labels.csv', labelsCsv(labels.all, axis), 'text/csv'));
  for (const id of ['command', 'program']) {
    const button = byId(`copy-${id}`);
    button.addEventListener('click', () => void copyFrom(byId<HTMLTextAreaElement>(id), button));
  }
  /** Saves what is made; what cannot be made is said. */
  const save = (id: string, make: () => Promise<void>): void =>
    byId(id).addEventListener('click', () => void make().catch((error: Error) => complain(error.message)));
  save('save-csv', async () => {
    const scores = active?.result?.scores;
    if (scores !== undefined) download('scores.csv', await reader.rows(scores));
  });
  const svg = (): string => figureOf(opened!, panels, labels.all, axis, figure.range);
  save('save-svg', async () => download('figure.svg', svg(), 'image/svg+xml'));
  save('save-png', async () => download('figure.png', await toPNG(svg())));
}

async function loadLabels(file: Blob, name: string): Promise<void> {
  reader.add(name, file);
  await takeLabels(reader.labels(name));
}

async function takeLabels(read: Promise<readonly LabelRange[]>): Promise<void> {
  try {
    labels.set(await read);
    complain(undefined);
  } catch (error) {
    complain((error as Error).message);
  }
}

/** The file that the command `explore` serves beside the page, if it does. */
async function start(): Promise<void> {
  listen();
  const response = await fetch('./served.json').catch(() => undefined);
  if (response === undefined || !response.ok || !(response.headers.get('content-type') ?? '').includes('json')) return;
  const served = (await response.json()) as { name?: string; options?: string; labels?: string };
  if (served.name === undefined) return;
  if (served.options !== undefined && settings.options === '') settings = { ...settings, options: served.options };
  const get = async (path: string): Promise<Blob> => await (await fetch(path)).blob();
  await take(await get('./data'), served.name);
  if (served.labels !== undefined) await loadLabels(await get('./labels'), served.labels);
}

void start();
