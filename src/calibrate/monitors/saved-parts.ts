// The detectors and thresholds that a monitor loads without help, by the kind in their saved bytes.
import { kindOf } from '../../core/state.ts';
import type { StreamingDetector } from '../../core/streaming-detector.ts';
import { CalibratedDetector, type LoadDetector } from '../calibration/calibrated-detector.ts';
import { Novelty } from '../rules/novelty.ts';
import type { Rule } from '../rules/rule.ts';
import { ConformalThreshold } from '../thresholds/conformal-threshold.ts';
import { QuantileThreshold } from '../thresholds/quantile-threshold.ts';
import { SpotThreshold } from '../thresholds/spot-threshold.ts';
import type { LoadThreshold, Threshold } from '../thresholds/threshold.ts';

/** One line per detector. The user gives the `load` of every other detector, so that unused code is not loaded. */
const DETECTORS: ReadonlyMap<string, LoadDetector> = new Map<string, LoadDetector>([['Novelty', Novelty.load]]);

/** One line per threshold. */
const THRESHOLDS: ReadonlyMap<string, LoadThreshold> = new Map<string, LoadThreshold>([
  ['QuantileThreshold', QuantileThreshold.load],
  ['ConformalThreshold', ConformalThreshold.load],
  ['SpotThreshold', SpotThreshold.load],
]);

/** @param load the user's; used for every kind if given */
export function loadDetector(bytes: Uint8Array, load: LoadDetector | undefined): StreamingDetector {
  return loaderOf('detector', DETECTORS, bytes, load)(bytes);
}

/** @param load the user's; used for every kind if given */
export function loadThreshold(bytes: Uint8Array, load: LoadThreshold | undefined): Threshold {
  return loaderOf('threshold', THRESHOLDS, bytes, load)(bytes);
}

function loaderOf<Load>(
  part: 'detector' | 'threshold',
  known: ReadonlyMap<string, Load>,
  bytes: Uint8Array,
  given: Load | undefined,
): Load {
  if (given !== undefined) return given;
  const kind = kindOf(bytes);
  const load = known.get(kind);
  if (load !== undefined) return load;
  throw new RangeError(`the monitor's ${part} is a ${kind}: give its load, as in { ${part}: ${kind}.load }`);
}

/** What loads the user's own detector and threshold again: the `load` of their classes. */
export function loadersOf(
  rule: Rule,
  threshold: number | Threshold,
): { detector?: LoadDetector; threshold?: LoadThreshold } {
  const loadOf = (part: object): unknown => (part.constructor as { load?: unknown }).load;
  const detector = rule instanceof CalibratedDetector ? loadOf(rule.detector) : undefined;
  const loadThreshold = typeof threshold === 'number' ? undefined : loadOf(threshold);
  return {
    ...(typeof detector === 'function' && { detector: detector as LoadDetector }),
    ...(typeof loadThreshold === 'function' && { threshold: loadThreshold as LoadThreshold }),
  };
}
