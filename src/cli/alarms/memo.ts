// What a stream remembers of a column beside its detector: where the incident under way began, and the value before.
import { kindOf, StateReader, StateWriter } from '../../core/state.ts';
import { Change, type ChangeKind } from '../change/change.ts';

const KIND = 'knn-anomaly column';
/** Version of the fields. It is raised by one whenever they change. */
const FORMAT = 2;

/** The format before a run knew its own rows: still that of memos without such a run, so that older versions read them. */
const WITHOUT_OWN = 1;

/** A run of scores at or above a threshold. */
export interface Run {
  /** The index of its first value, */
  begin: number;
  /** of its last one so far, and of the one with the highest score, */
  last: number;
  peak: number;
  /** which is this, */
  worst: number;
  /** with this value. */
  value: number;
  /** Where rows are of several series: how many of them are its own, since the first value and up to the last one. */
  own: { numRows: number; numToLast: number } | undefined;
}

/** What is remembered of a column. */
export interface Memo {
  /** Where the incident under way began: the time of that row as it was written. '' outside of incidents and without times. */
  since: string;
  /** The run of scores under way, where a threshold is given for scores. */
  run: Run | undefined;
  /** What makes changes of values, if that is wanted. */
  change: Change | undefined;
}

/** The memo of a column before its first value. */
export function newMemo(change: ChangeKind | undefined): Memo {
  return { since: '', run: undefined, change: change && new Change(change) };
}

/** A detector's bytes with the memo of its column. A memo that holds nothing leaves them as they are. */
export function withMemo({ since, run, change }: Memo, detector: Uint8Array): Uint8Array {
  if (since === '' && run === undefined && change === undefined) return detector;
  const own = run?.own;
  const state = own === undefined ? new StateWriter(KIND, WITHOUT_OWN) : new StateWriter(KIND, FORMAT);
  state.text(since);
  state.u8(Number(run !== undefined));
  if (run !== undefined) for (const x of [run.begin, run.last, run.peak, run.worst, run.value]) state.f64(x);
  if (own !== undefined) for (const x of [own.numRows, own.numToLast]) state.f64(x);
  state.text(change?.kind ?? '');
  if (change !== undefined) for (const x of [change.before, change.at]) state.f64(x);
  state.bytes(detector);
  return state.finish();
}

/** The detector's bytes, and the memo that was saved with them, if any. @throws RangeError for damaged or newer bytes */
export function takeMemo(bytes: Uint8Array): { readonly memo: Memo | undefined; readonly detector: Uint8Array } {
  if (kindOf(bytes) !== KIND) return { memo: undefined, detector: bytes };
  const state = new StateReader(bytes, KIND, FORMAT);
  const since = state.text();
  const hasRun = state.u8() === 1;
  const [begin, last, peak, worst, value] = hasRun ? Array.from({ length: 5 }, () => state.f64()) : [];
  const own = state.format === WITHOUT_OWN ? undefined : { numRows: state.f64(), numToLast: state.f64() };
  const run = hasRun ? { begin: begin!, last: last!, peak: peak!, worst: worst!, value: value!, own } : undefined;
  const kind = state.text();
  const change = kind === '' ? undefined : new Change(kind as ChangeKind, state.f64(), state.f64());
  const detector = state.bytes();
  state.end();
  return { memo: { since, run, change }, detector };
}
