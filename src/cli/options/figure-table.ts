// The part of the table of options that is about figures.

/** See OPTIONS. */
export const FIGURE_OPTIONS = {
  detector: {
    kind: 'text',
    value: 'WHAT',
    isRepeatable: true,
    help: 'repeat it for several panels (default knn:5,5):\nknn:WINDOW,NEIGHBORS[,left][,mean|zscore]\nchangefinder:ORDER,DISCOUNT,ORDER,DISCOUNT,SMOOTHING\nsdar:ORDER,DISCOUNT\nmonitor:PRESET, with its alarms and its incidents\nviews, which is monitor:views\nlocate:N, the N strangest parts (default 1), without a\npanel\nSeveral columns have none by default: the strangest\nwindow of knn:5,5 is shaded.',
    in: {
      monitor: {
        value: 'KNN',
        isRepeatable: false,
        help: 'knn:WINDOW,NEIGHBORS instead of a preset: how far the window that ends with a value is from its nearest ones before. May be followed by a metric, mean or zscore, and history=N (default 10000), such as knn:5,5,manhattan',
      },
      worker: {
        kind: 'choice',
        isRepeatable: false,
        choices: ['monitor', 'knn'],
        help: '{choices}: surprises and alarms, or scores',
      },
    },
  },
  scores: {
    kind: 'text',
    value: 'FILE',
    isRepeatable: true,
    help: 'ready scores, one per line, or the column or field "score" of a .csv or .json file; may be repeated',
  },
  title: { kind: 'text', value: 'TEXT', help: 'default: the name of the file and the column' },
  width: { kind: 'integer', value: 'N', least: 1, help: 'pixels (default 880)' },
  height: { kind: 'integer', value: 'N', least: 1, help: 'pixels (default: by the number of panels)' },
  theme: {
    kind: 'choice',
    value: 'NAME',
    choices: ['auto', 'light', 'dark'],
    help: 'auto (default: light or dark like the page), light or dark',
  },
  font: {
    kind: 'text',
    value: 'FILE',
    isRepeatable: true,
    help: 'for PNG: a TTF or OTF file, instead of installed fonts; may be repeated',
  },
} as const;
