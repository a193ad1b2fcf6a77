// AssemblyScript. The top-n kernel: see ../state.ts for what its functions do. The scalar twin is ../scalar.ts.
export { group } from './group';
export { run } from './run';
export { measure, project } from './project';
export { offer, open, scan } from './scan';
export { loadTopFields as start } from './top-fields.generated';
