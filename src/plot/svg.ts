// SVG as text: escaping, coordinates, and the approximate width of a text.

/** A text made harmless for XML: escaped, without the characters that XML does not know. */
export function escapeXml(text: string): string {
  const clean = text.replaceAll(/\p{Cc}+/gu, ' ').replaceAll(/\p{Cs}|[\ufffe\uffff]/gu, '\ufffd');
  return clean.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** A coordinate in tenths of a pixel; finer steps are not visible. */
export function tenths(pixels: number): number {
  return Math.round(10 * pixels);
}

/** A coordinate as text: at most one decimal. */
export function px(pixels: number): string {
  return String(tenths(pixels) / 10);
}

/** The approximate width of a text in pixels: an upper estimate for the usual fonts. */
export function textWidth(text: string, fontSize: number): number {
  return 0.62 * fontSize * text.length;
}
