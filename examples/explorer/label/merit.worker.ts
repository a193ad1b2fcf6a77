// Figures of merit, computed beside the page: VUS of a long series takes a while.
import { eventF1, nabScore, prAuc, vusPr } from 'knn-anomaly/evaluate';
import type { Merit, MeritRequest } from './merit.ts';

addEventListener('message', ({ data }: MessageEvent<MeritRequest>) => {
  const { job } = data;
  try {
    postMessage({ job, merit: meritOf(data) });
  } catch (error) {
    postMessage({ job, failure: (error as Error).message });
  }
});

function meritOf({ scores, labels, threshold, window }: MeritRequest): Merit {
  const events = threshold === undefined ? undefined : eventF1(scores, labels, threshold);
  return {
    prAuc: prAuc(scores, labels),
    vusPr: vusPr(scores, labels, { window }),
    nab: nabOf(scores, labels, threshold),
    events: events && {
      precision: events.precision,
      recall: events.recall,
      f1: events.f1,
      found: events.found,
      missed: events.missed,
      falseAlarms: events.falseAlarms,
    },
  };
}

/** NaN where no label reaches beyond the first values, which NAB leaves out. */
function nabOf(scores: Float64Array, labels: MeritRequest['labels'], threshold: number | undefined): number {
  try {
    return nabScore([{ scores, labels: [...labels] }], threshold === undefined ? {} : { threshold }).score;
  } catch {
    return NaN;
  }
}
