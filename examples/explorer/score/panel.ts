// A panel: one detector with its controls, its scores and what they mark.

import { formatSpan } from '../../../src/cli/input/time/duration.ts';
import { describeSuggestion, NO_PERIOD } from '../../../src/cli/suggest/words.ts';
import { alarmsOf } from '../../../src/evaluate/labels.ts';
import type { Axis } from '../view/axis.ts';
import { writeNumber } from '../view/axis.ts';
import { make, menu } from '../view/elements.ts';
import type { Figure } from '../view/figure.ts';
import { type Mark, PanelChart } from '../view/panel-chart.ts';
import { Pyramid } from '../view/pyramid.ts';
import { ScoreClient } from './client.ts';
import { controlsOf } from './controls.ts';
import { DEFAULT, type Detector, KIND_TITLES, KINDS, type Kind, nameOf, thresholdOf } from './detectors.ts';
import type { Explained, Place, Scored, TimedSeries } from './protocol.ts';

/** What a panel tells the page. */
export interface PanelListener {
  /** Its settings were changed. */
  changed(panel: Panel): void;
  /** It has other scores, or other alarms. */
  scored(panel: Panel): void;
  /** The user has turned to it. */
  chosen(panel: Panel): void;
  closed(panel: Panel): void;
}

export interface PanelSeries extends TimedSeries {
  readonly axis: Axis;
}

/** An incident: what the alarms of a threshold make of scores. */
export interface Alarm {
  readonly begin: number;
  readonly end: number;
}

export class Panel {
  readonly element: HTMLElement;
  detector: Detector;
  result: Scored | undefined;
  readonly #listener: PanelListener;
  readonly #figure: Figure;
  readonly #client: ScoreClient;
  readonly #head: HTMLElement;
  readonly #controls: HTMLElement;
  readonly #host: HTMLElement;
  readonly #status: HTMLElement;
  readonly #turn: HTMLButtonElement;
  readonly #progress: HTMLProgressElement;
  readonly #cancel: HTMLButtonElement;
  readonly #color: string;
  #chart: PanelChart | undefined;
  #series: PanelSeries | undefined;
  #labels: readonly Mark[];
  #frame: number;
  #failure: string | undefined;

  constructor(detector: Detector, number: number, figure: Figure, listener: PanelListener) {
    this.detector = detector;
    this.#figure = figure;
    this.#listener = listener;
    this.#labels = [];
    this.#frame = 0;
    this.#failure = undefined;
    this.#color = `score${number % 4}`;
    this.#head = make('div', { className: 'row head' });
    this.#controls = make('div', { className: 'row controls' });
    this.#host = make('div', { className: 'chart', tabIndex: 0, role: 'application', ariaRoleDescription: 'chart' });
    this.#status = make('output', { className: 'status faint' });
    this.#progress = make('progress', { max: 1, hidden: true });
    this.#cancel = make('button', { type: 'button', hidden: true }, 'Stop');
    this.#cancel.addEventListener('click', () => this.stop());
    this.element = make('section', { className: 'panel' }, this.#head, this.#controls, this.#host);
    this.element.addEventListener('pointerdown', () => listener.chosen(this));
    // Not where the focus comes by: from the last panel it goes on to the places of the one that was turned to.
    this.element.addEventListener('input', () => listener.chosen(this));
    this.#turn = make(
      'button',
      { type: 'button', title: 'Lists the places of this panel and explains them' },
      'Places',
    );
    this.#turn.addEventListener('click', () => listener.chosen(this));
    this.setTurned(false);
    this.#client = new ScoreClient({
      scored: (result) => this.#take(result),
      progress: (share, remaining) => this.#tell(share, remaining),
      failed: (message) => this.#fail(message),
    });
  }

  /** Shows another series. */
  setSeries(series: PanelSeries): void {
    this.#series = series;
    this.result = undefined;
    if (this.#chart !== undefined) this.#figure.remove(this.#chart);
    this.#host.replaceChildren();
    this.#chart = new PanelChart(this.#host, {
      axis: series.axis,
      color: this.#color,
      height: 130,
      fromZero: true,
      hasTicks: false,
      hasRanks: false,
      hasThreshold: this.detector.kind !== 'locate',
    });
    this.#figure.add(this.#chart, (at) => this.#dragThreshold(at));
    const { values, grid, zone } = series;
    this.#client.setSeries({ values, grid, zone });
    this.#drawControls();
    this.score();
  }

  /** Whether the user has turned to it. */
  setTurned(isTurned: boolean): void {
    this.element.classList.toggle('active', isTurned);
    this.#turn.ariaPressed = String(isTurned);
  }

  setLabels(labels: readonly Mark[]): void {
    this.#labels = labels;
    this.#mark();
  }

  /** Begins to score: at once, and in the next frame at most once a frame. */
  score(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#status.textContent = '…';
      this.#client.score(this.detector);
    });
  }

  stop(): void {
    this.#client.stop();
    this.#tell(1, 0);
    this.#status.textContent = this.result?.exact === false ? 'stopped: upper bounds' : 'stopped';
  }

  close(): void {
    this.#client.close();
    if (this.#chart !== undefined) this.#figure.remove(this.#chart);
    this.element.remove();
  }

  explain(place: Place): Promise<Explained> {
    return this.#client.explain(this.detector, place);
  }

  /** The parts that are alarms: incidents of a monitor, else runs at or above the threshold. */
  get alarms(): readonly Alarm[] {
    const { result } = this;
    if (result === undefined) return [];
    if (result.incidents !== undefined) return result.incidents;
    const threshold = thresholdOf(this.detector);
    return threshold === undefined ? [] : alarmsOf(result.scores, threshold);
  }

  #change(changes: Partial<Detector>): void {
    const before = this.detector;
    this.detector = { ...before, ...changes };
    const isLineOnly = Object.keys(changes).every((key) => key === 'threshold') && this.detector.kind !== 'monitor';
    if (isLineOnly) this.#show();
    else this.score();
    this.#nameIt();
    this.#listener.changed(this);
  }

  #dragThreshold(at: number): void {
    const threshold = Number(at.toPrecision(3));
    const number = this.#controls.querySelector<HTMLInputElement>('input.threshold');
    if (number !== null) number.valueAsNumber = threshold;
    this.#change({ threshold });
  }

  #drawControls(): void {
    const kind = menu(
      KINDS,
      this.detector.kind,
      (chosen) => this.#become(chosen),
      (one) => KIND_TITLES[one],
    );
    kind.ariaLabel = 'detector';
    const close = make('button', { type: 'button', title: 'Remove this panel' }, '×');
    close.ariaLabel = 'Remove this panel';
    close.addEventListener('click', () => this.#listener.closed(this));
    const length = this.#series?.values.length ?? 0;
    const settings = controlsOf(
      this.detector,
      length,
      (changes) => this.#change(changes),
      () => this.#suggest(),
    );
    this.#head.replaceChildren(kind, this.#turn, this.#status, this.#progress, this.#cancel, close);
    this.#controls.replaceChildren(...settings);
    this.#nameIt();
  }

  /** The window that fits the series, and how certain it is, in words. */
  async #suggest(): Promise<{ windowSize: number | undefined; words: string }> {
    const suggestion = await this.#client.suggest();
    if (suggestion === undefined) return { windowSize: undefined, words: NO_PERIOD.replace('--window', 'the window') };
    const { grid } = this.#series!;
    const spanOf = (steps: number): string | undefined => (grid?.isDate ? formatSpan(steps * grid.step) : undefined);
    return { windowSize: suggestion.windowSize, words: describeSuggestion(suggestion, spanOf) };
  }

  /** Another kind of detector, with the settings of a new page. */
  #become(kind: Kind): void {
    this.detector = { ...DEFAULT, kind };
    this.result = undefined;
    if (this.#series !== undefined) this.setSeries(this.#series);
    this.#head.querySelector('select')?.focus();
    this.#listener.changed(this);
    this.#listener.scored(this);
  }

  #nameIt(): void {
    const name = nameOf(this.detector);
    this.element.ariaLabel = name;
    this.#host.ariaLabel = `Scores of ${name}. Arrow keys move, plus and minus zoom, l labels what is in sight.`;
  }

  #take(result: Scored): void {
    this.result = result;
    this.#failure = undefined;
    this.#show();
    if (result.exact) this.#tell(1, 0);
    this.#listener.scored(this);
  }

  #show(): void {
    const { result } = this;
    if (result === undefined) return;
    this.#chart?.setCurve(new Pyramid(result.scores));
    this.#mark();
    const { length } = this.alarms;
    const threshold = thresholdOf(this.detector);
    const alarms = threshold === undefined ? '' : `${length} ${length === 1 ? 'alarm' : 'alarms'} · `;
    const time = `${writeNumber(Math.round(result.milliseconds))} ms`;
    this.#status.textContent = `${alarms}${result.exact ? `exact, ${time}` : `upper bounds after ${time}`}`;
    this.element.dispatchEvent(
      new CustomEvent('knn-scored', { bubbles: true, detail: { result, detector: this.detector } }),
    );
  }

  #mark(): void {
    const { result } = this;
    if (result === undefined) return;
    const { alarms } = this;
    const ranges: Mark[] = [
      ...this.#labels,
      ...alarms.map(({ begin, end }) => ({ begin, end, kind: 'incident' as const })),
    ];
    const points = result.alarms ?? alarms.map(({ begin }) => begin);
    this.#chart?.setMarks({ ranges, points, threshold: thresholdOf(this.detector) });
  }

  #tell(share: number, remaining: number): void {
    const isShown = share < 1 && remaining > 0.3;
    this.#progress.hidden = !isShown;
    this.#cancel.hidden = !isShown;
    this.#progress.value = share;
  }

  /** Whether scores are still to come. */
  get isBusy(): boolean {
    return this.result === undefined && this.#failure === undefined;
  }

  #fail(message: string): void {
    this.#failure = message;
    this.#tell(1, 0);
    this.result = undefined;
    this.#chart?.setCurve(undefined);
    this.#status.textContent = message;
    this.#listener.scored(this);
  }
}
