// The version of the package. Files that several machines exchange carry it.

/** As in package.json. */
export const VERSION: string = '0.1.0';
