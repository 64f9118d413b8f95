export { toAnsibleList } from './ansible-list.ts';
export { LoadedInventory } from './inventory.ts';
export { type LoadInventoryResult, loadInventory } from './load.ts';
export { limitNames, selectHosts } from './select.ts';
