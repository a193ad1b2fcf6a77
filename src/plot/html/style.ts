// The style of a page: light and dark, for phones and for wide screens.

import type { Theme } from '../options.ts';
import { paletteOf, variablesOf } from '../palette.ts';

/**
 * The style of a page. Nothing moves while the reader points: what is shown then has its space, or lies over what is not needed.
 *
 * @param width the most CSS pixels; `undefined` for all of them
 */
export function styleOf(theme: Theme, width: number | undefined): string {
  const base = theme === 'dark' ? 'dark' : 'light';
  const dark = `@media (prefers-color-scheme:dark){:root{${variablesOf(paletteOf('dark'))};color-scheme:dark}}`;
  return `:root{${variablesOf(paletteOf(base))};color-scheme:${base}}${theme === 'auto' ? dark : ''}
*{box-sizing:border-box}
body{margin:0 auto;padding:12px 16px 24px;${width === undefined ? '' : `max-width:${width}px;`}background:var(--ground);color:var(--ink);font:13px/1.4 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
h1{margin:0;font-size:17px;overflow-wrap:anywhere}
p{margin:2px 0;color:var(--faint)}
.bar{position:sticky;top:0;z-index:2;display:flex;flex-wrap:wrap;gap:2px 14px;align-items:baseline;min-height:28px;padding:4px 0;background:var(--ground);color:var(--faint);font-variant-numeric:tabular-nums}
#time{color:var(--ink);font-weight:600;margin-left:auto;min-height:1.4em;white-space:nowrap;overflow:hidden}
button{font:inherit;color:var(--ink);background:var(--ground);border:1px solid var(--frame);border-radius:6px;padding:1px 9px;cursor:pointer}
.panel{margin-top:6px}
.head{position:relative;display:flex;flex-wrap:wrap;gap:0 14px;align-items:baseline}
h2{margin:0;font-size:13px;overflow-wrap:anywhere}
.legend{display:flex;flex-wrap:wrap;gap:0 12px;color:var(--faint);font-size:11px}
.legend span::before{content:"";display:inline-block;width:18px;height:10px;margin-right:5px;vertical-align:-1px}
.legend .normal::before{background:color-mix(in srgb,var(--color) 16%,transparent)}
.legend .expected::before{height:0;border-top:1px dashed var(--ink);vertical-align:3px}
.legend .threshold::before{height:0;border-top:1px dashed var(--ink);vertical-align:3px}
.legend .missing::before{height:3px;background:var(--faint);vertical-align:2px}
.legend .warm-up::before{height:3px;background:repeating-linear-gradient(90deg,var(--faint) 0 2px,transparent 2px 4px);vertical-align:2px}
.legend .shade::before{background:color-mix(in srgb,var(--color) 16%,transparent);border-top:3px solid var(--color)}
.legend .envelope::before{background:linear-gradient(var(--color) 0 0) center/100% 1.3px no-repeat,color-mix(in srgb,var(--color) 25%,transparent)}
[hidden]{display:none!important}
#reset[hidden],.envelope[hidden]{display:inline-block!important;visibility:hidden}
.value{position:absolute;right:0;top:0;padding-left:8px;background:var(--ground);font-weight:600;font-variant-numeric:tabular-nums;color:var(--color)}
.chart{overflow:hidden}
.u-over{touch-action:pan-y;cursor:crosshair}
.u-select{background:color-mix(in srgb,var(--ink) 12%,transparent)}
.u-hz .u-cursor-x{border-right-color:var(--faint)}
.dot{position:absolute;width:9px;height:9px;margin:-4.5px 0 0 -4.5px;border-radius:50%;border:2px solid var(--ground);background:var(--color);pointer-events:none}
.help{margin-top:10px;font-size:12px}
${['series', 'anomaly', 'score0', 'score1', 'score2', 'score3'].map((role) => `.c-${role}{--color:var(--${role})}h2.c-${role}{color:var(--${role})}`).join('')}
@media (max-width:860px){#time,#range{flex-basis:100%;white-space:nowrap;overflow:hidden}}
@media (max-width:480px){body{padding:8px 8px 16px}.help{font-size:11px}}
@media print{.bar button,.help{display:none}}`;
}
