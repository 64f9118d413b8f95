import type { Resource } from '../model/resource.ts';
import { TaskNode } from '../model/task.ts';
import type { As, HostContext } from './context.ts';
import type { Leaf } from './items.ts';
import { LookAhead } from './look-ahead.ts';
import { Notifications } from './notifications.ts';
import type { Outcome } from './outcome.ts';
import { TaskRunner } from './task-runner.ts';

/** Puts one resource in order that stands in no list, for a step. */
export function applyAlone(resource: Resource, context: HostContext, as: As): Promise<Outcome> {
  const name = `${resource.kind.name} ${resource.id}`;
  const sequence: Leaf[] = [];
  const leaf: Leaf<TaskNode> = {
    type: 'leaf',
    node: new TaskNode(name, resource, {}, resource.site),
    scope: { play: '', role: '', roles: [], path: '', tags: [], become: as ?? false, conditions: [] },
    reference: { path: name, play: '', role: '', name, where: [] },
    once: false,
    sequence,
    position: 0,
  };
  sequence.push(leaf);
  const notifications = new Notifications(context);
  return new TaskRunner(context, new LookAhead(context, undefined, notifications), notifications).run(leaf);
}
