// The presets of `monitor`, one row each: how a preset's rule is made and loaded, and its defaults.
// A new preset is one row here, and its name and threshold in preset-thresholds.ts.
import { kindOf } from '../../core/state.ts';
import type { StreamingDetector } from '../../core/streaming-detector.ts';
import { CalibratedDetector, type LoadDetector } from '../calibration/calibrated-detector.ts';
import { Calibrator } from '../calibration/calibrator.ts';
import { MetricsRule } from '../rules/metrics-rule.ts';
import { Novelty } from '../rules/novelty.ts';
import type { Rule, RuleOptions } from '../rules/rule.ts';
import { Views } from '../rules/views.ts';
import { type MonitorPreset, PRESET_THRESHOLDS } from './preset-thresholds.ts';

export type { MonitorPreset } from './preset-thresholds.ts';

/** The defaults of a monitor, and how its rule is loaded. */
interface RuleKind {
  /** Defaults of the options with these names. */
  readonly warmup: number;
  readonly hold: number;
  readonly threshold: number;
  /** The kind in the saved bytes of the rule. Saved bytes never change, so neither does this. */
  readonly kind: string;
  /** Restores the rule from its saved bytes. A rule without a detector of the user ignores `loadDetector`. */
  readonly load: (bytes: Uint8Array, loadDetector: LoadDetector) => Rule;
}

interface Preset extends RuleKind {
  readonly make: (options: RuleOptions) => Rule;
}

/**
 * A calibrated detector: the rule of a monitor whose user gives the detector. Without a refractory,
 * about one value in a hundred reaches the threshold.
 */
export const CALIBRATED: RuleKind = {
  warmup: 100,
  hold: 100,
  threshold: PRESET_THRESHOLDS.novelty,
  kind: 'Calibrated',
  load: CalibratedDetector.load,
};

export const PRESETS: Readonly<Record<MonitorPreset, Preset>> = {
  // Chosen on 35 web KPIs, 30 cloud metrics and 29 series of the Numenta Anomaly Benchmark together.
  metrics: {
    warmup: 100,
    hold: 10,
    threshold: PRESET_THRESHOLDS.metrics,
    kind: 'MetricsRule',
    load: MetricsRule.load,
    make: (options) => new MetricsRule(options),
  },
  novelty: {
    ...CALIBRATED,
    make: (options) => calibrate(new Novelty({ maxValues: options.maxValues }), options),
  },
  views: {
    warmup: 100,
    hold: 100,
    threshold: PRESET_THRESHOLDS.views,
    kind: 'Views',
    load: Views.load,
    make: (options) => new Views(options),
  },
};

/** The rule that scores values by the surprises of `detector`. */
export function calibrate(detector: StreamingDetector, { warmup }: RuleOptions): CalibratedDetector {
  return new CalibratedDetector(detector, new Calibrator({ warmup }));
}

/** The rule that a monitor saved as `bytes`. */
export function loadRule(bytes: Uint8Array, loadDetector: LoadDetector): Rule {
  const kind = kindOf(bytes);
  const { load } = Object.values(PRESETS).find((preset) => preset.kind === kind) ?? CALIBRATED;
  return load(bytes, loadDetector);
}
