// The top-n kernel in WASM SIMD: lays out the arrays in a memory, and hands out views of them.
import { Layout, type Memory } from '../../../wasm/arena.ts';
import { reserveArrays, viewArrays } from '../../../wasm/arrays.ts';
import { writeStruct } from '../../../wasm/fields.ts';
import { instantiate, type KernelModule, moduleOf } from '../../../wasm/load.ts';
import * as AT from './fields.generated.ts';
import { TOP_WASM } from './kernel.generated.ts';
import { distanceOf, type Outside, runOf } from './outside.ts';
import { scratchOf, seriesOf, type TopKernel, type TopSeries, type TopShape, type TopState } from './state.ts';

/** Where a search lies in a memory. Plain data, which another thread can be sent. */
export interface TopLayout {
  readonly memory: Memory;
  readonly shape: TopShape;
  /** Where the series begins, and the scratch of each thread. */
  readonly seriesAt: number;
  readonly scratchAt: readonly number[];
}

/** Bytes between the scratch of two threads: two cache lines. */
const APART = 128;

/** Allocates the memory of a search, with scratch for `numThreads`. @throws RangeError where memory is short */
export function allocateTop(shape: TopShape, numThreads: number, isShared: boolean): TopLayout {
  const layout = new Layout();
  const seriesAt = layout.end;
  seriesOf(shape, reserveArrays(layout));
  const scratchAt = Array.from({ length: numThreads }, () => {
    layout.reserve(APART, 1);
    const at = layout.reserve(AT.topBytes, 1);
    scratchOf(shape, reserveArrays(layout));
    return at;
  });
  return { memory: layout.allocate(isShared), shape, seriesAt, scratchAt };
}

/** The arrays that threads share. */
export function seriesIn({ memory, shape, seriesAt }: TopLayout): TopSeries {
  return seriesOf(shape, viewArrays(memory.buffer, seriesAt));
}

/**
 * A kernel in WASM, for thread number `thread`: see `scalarTop`, its twin.
 *
 * @param values where they are if the memory has none
 */
export function wasmTop(
  module: KernelModule,
  layout: TopLayout,
  thread: number,
  values?: Outside,
): { state: TopState; kernel: TopKernel } {
  const { memory, shape, scratchAt } = layout;
  const { buffer } = memory;
  const at = scratchAt[thread]!;
  const series = seriesIn(layout);
  const scratch = scratchOf(shape, viewArrays(buffer, at + AT.topBytes));
  const state = { ...shape, ...series, ...scratch };
  const outside = shape.hasValues ? undefined : values;
  const distance = distanceOf(state, outside);
  const exports = instantiate<TopKernel & { start(at: number): void }>(module, memory, distance);
  const int32: AT.TopInt32 = {
    [AT.topX]: shape.hasValues ? series.x : 0,
    [AT.topX32]: series.x32,
    [AT.topMean]: series.mean,
    [AT.topSigma]: series.sigma,
    [AT.topFlags]: series.flags,
    [AT.topThreshold]: scratch.threshold,
    [AT.topList]: scratch.list,
    [AT.topBound]: scratch.bound,
    [AT.topSum]: scratch.sum,
    [AT.topWidth]: scratch.width,
    [AT.topBlockX]: scratch.blockX,
    [AT.topColumnX]: scratch.columnX,
    [AT.topRowS]: scratch.rowS,
    [AT.topRowJ]: scratch.rowJ,
    [AT.topRowBound]: scratch.rowBound,
    [AT.topOrder]: scratch.order,
    [AT.topRow32]: scratch.row32,
    [AT.topBasis]: series.basis,
    [AT.topPoints]: series.points,
    [AT.topPoint]: scratch.point,
    [AT.topWindowSize]: shape.windowSize,
    [AT.topK]: shape.k,
    [AT.topFirstColumn]: shape.firstColumn,
    [AT.topEndColumn]: shape.endColumn,
    [AT.topExclusion]: shape.exclusion,
    [AT.topLeft]: shape.left,
    [AT.topMode]: shape.mode,
    [AT.topIsMax]: shape.isMax,
    [AT.topHasFlags]: shape.hasFlags,
  };
  const float64: AT.TopFloat64 = {
    [AT.topCenter]: shape.center,
    [AT.topFactor]: shape.factor,
    [AT.topExtent]: shape.extent,
    [AT.topMeanError]: shape.meanError,
  };
  writeStruct(buffer, at, int32, float64);
  exports.start(at);
  return { state, kernel: outside ? { ...exports, run: runOf(state, outside, exports.run) } : exports };
}

/** The module of assembly/top.ts, or null where WASM is refused; `isShared` for a memory that threads share. */
export function topModule(isShared = false): KernelModule | null {
  return moduleOf(TOP_WASM, isShared);
}
