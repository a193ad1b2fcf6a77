// Files that are neither text nor read here, by their first bytes: what they are, and how to get a table out of them.

/** First bytes, and what is said about such a file. */
const KINDS: readonly (readonly [bytes: string, sentence: string])[] = [
  [
    'PK\x03\x04',
    'a zip archive, as Excel (.xlsx) and numpy.savez write: save the sheet as CSV, or one array with numpy.save',
  ],
  ['\xd0\xcf\x11\xe0', 'an old Excel workbook: save the sheet as CSV'],
  ['BZh', 'compressed by bzip2: bzip2 -dc FILE | knn-anomaly …'],
  ['\xfd7zXZ\x00', 'compressed by xz: xz -dc FILE | knn-anomaly …'],
  ['\x28\xb5\x2f\xfd', 'compressed by zstd: zstd -dc FILE | knn-anomaly …'],
  ['7z\xbc\xaf', 'a 7-Zip archive: 7z x -so FILE | knn-anomaly …'],
  ['SQLite format 3\x00', 'a SQLite database: sqlite3 -csv -header FILE "SELECT time, value FROM …" | knn-anomaly …'],
  ['\x89HDF', 'an HDF5 file: pandas.read_hdf(FILE).to_csv(…) or .to_parquet(…) writes what is read here'],
  ['%PDF', 'a PDF document: the table in it is not read'],
];

/** What is said about a file of these first bytes, as Latin-1; `undefined` for any other file. */
export function foreignKind(head: string): string | undefined {
  const isPickle = head.charCodeAt(0) === 0x80 && head.charCodeAt(1) >= 2 && head.charCodeAt(1) <= 5;
  if (isPickle) {
    return 'a pickle of Python, which only Python reads: df.to_csv(…), df.to_parquet(…) or numpy.save(…) writes what is read here';
  }
  return KINDS.find(([bytes]) => head.startsWith(bytes))?.[1];
}
