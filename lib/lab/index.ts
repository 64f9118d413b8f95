export { labDown } from './down.ts';
export type { Lab, LabHost } from './lab.ts';
export { DEFAULT_LAB } from './layout.ts';
export { labUnavailable } from './requirements.ts';
export { type LabHostStatus, type LabStatus, labStatus } from './status.ts';
export { DEFAULT_TOPOLOGY, type Topology } from './topology.ts';
export { type LabOptions, type LabUpOptions, labUp } from './up.ts';
