import type { Get } from './handle.ts';
import type { Vars } from './host.ts';
import { asNodes, type BecomeOption, type Node, type TaskLike } from './node.ts';
import type { PlayContext, RoleNode } from './role.ts';
import { CallSite } from './site.ts';

/** A number of hosts, or a share of the play's hosts such as `30%`. */
export type Share = number | `${number}%`;

/** When to give up: more failed or unreachable hosts than this stop the batch and the run. */
export type MaxFail = { readonly hosts: number } | { readonly percent: number; readonly of?: 'batch' | 'total' };

export interface PlayOptions {
  /** A host pattern: `web:&prod:!db1`. */
  readonly hosts: string;
  /** Act as another user; `true` is root, by the method that the inventory says. */
  readonly become?: BecomeOption;
  /** How many hosts at a time; a list gives the sizes of the first batches, its last one repeats. */
  readonly serial?: Share | readonly Share[];
  readonly maxFail?: MaxFail;
  readonly tags?: readonly string[];
  /** Variables for all hosts of the play: they win over those of the inventory and the playbook; `-e` wins over them. */
  readonly vars?: Partial<Vars>;
  readonly roles?: readonly RoleNode[];
  /** Done after the roles. Roles may stand in this list too. */
  readonly tasks?:
    | readonly TaskLike[]
    | ((context: PlayContext & { readonly get: Get }) => readonly TaskLike[] | Promise<readonly TaskLike[]>);
}

/** Which tasks are done on which hosts. */
export interface Play {
  readonly type: 'play';
  readonly name: string;
  readonly options: PlayOptions;
  readonly site: CallSite;
  /** The nodes for one host: the roles, then the tasks. */
  nodes(context: PlayContext & { readonly get: Get }): Promise<readonly Node[]>;
}

export function play(name: string, options: PlayOptions): Play {
  return {
    type: 'play',
    name,
    options,
    site: CallSite.here(),
    async nodes(context) {
      const { roles = [], tasks = [] } = options;
      return asNodes([...roles, ...(typeof tasks === 'function' ? await tasks(context) : tasks)]);
    },
  };
}
