export { toAnsibleList } from './ansible-list.ts';
export { LoadedInventory } from './inventory.ts';
export { type LoadInventoryOptions, type LoadInventoryResult, loadInventory } from './load.ts';
export { limitNames, selectHosts } from './select.ts';
export type { ResolvedVariable } from './variables.ts';
