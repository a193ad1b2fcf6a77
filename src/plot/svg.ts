// SVG as text: escaping, coordinates, and about how wide a text is.

/** A text made harmless for XML: escaped, without the characters that XML does not know. */
export function escapeXml(text: string): string {
  const clean = text.replaceAll(/\p{Cc}+/gu, ' ').replaceAll(/\p{Cs}|[\ufffe\uffff]/gu, '\ufffd');
  return clean.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** A coordinate in tenths of a pixel, which is as fine as anybody sees. */
export function tenths(pixels: number): number {
  return Math.round(10 * pixels);
}

/** A coordinate as text: at most one decimal. */
export function px(pixels: number): string {
  return String(tenths(pixels) / 10);
}

/** About how many pixels a text takes: an upper estimate for the fonts that are likely. */
export function textWidth(text: string, fontSize: number): number {
  return 0.62 * fontSize * text.length;
}
