import type { Node } from '../model/node.ts';

/** The files that these tasks may write. */
export function ownedBy(nodes: readonly Node[]): readonly string[] {
  const found = nodes.flatMap((node): readonly string[] => {
    if (node.type === 'task') return node.resource.owns;
    if (node.type === 'once') return ownedBy([node.node]);
    if (node.type === 'block') return ownedBy([...node.tasks, ...node.rescue, ...node.always]);
    return node.type === 'confirmed' ? ownedBy(node.tasks) : [];
  });
  return [...new Set(found)];
}
