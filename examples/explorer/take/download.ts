// Files and texts that the page makes, to be taken along.

/** Saves a file under a name. */
export function download(name: string, content: Blob | string, type = 'text/plain'): void {
  const blob = typeof content === 'string' ? new Blob([content], { type }) : content;
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Copies a text, and says so on the button; where a page may not copy, the text is selected for the user to do it. */
export async function copyFrom(area: HTMLTextAreaElement, button: HTMLElement): Promise<void> {
  const before = (button.dataset.before ??= button.textContent!);
  try {
    await navigator.clipboard.writeText(area.value);
    button.textContent = 'Copied';
  } catch {
    area.select();
    button.textContent = 'Selected, to copy';
  }
  setTimeout(() => (button.textContent = before), 2000);
}

/** An SVG as PNG, at twice its size. */
export async function toPNG(svg: string): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = 2 * image.naturalWidth;
  canvas.height = 2 * image.naturalHeight;
  canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
  return await new Promise((resolve, reject) => {
    canvas.toBlob((blob) =>
      blob === null ? reject(new Error('the browser cannot make a PNG of this')) : resolve(blob),
    );
  });
}
