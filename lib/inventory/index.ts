export { toAnsibleList } from './ansible-list.ts';
export { LoadedInventory } from './inventory.ts';
export { type LoadInventoryResult, loadInventory } from './load.ts';
export type { SecretSource } from './secret-source.ts';
export { limitNames, selectHosts } from './select.ts';
