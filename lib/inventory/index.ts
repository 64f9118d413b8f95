export { toAnsibleList, toAnsibleTree } from './ansible-list.ts';
export { LoadedInventory } from './inventory.ts';
export { type LoadInventoryResult, loadInventory } from './load.ts';
export { place } from './origin.ts';
export type { SecretSource } from './secret-source.ts';
export { followsFromRuns, limitNames, selectHosts } from './select.ts';
export { SECRET_VARIABLES } from './setting-names.ts';
export type { ResolvedVariable } from './variables.ts';
