import { type Mistake, UsageError } from '../model/errors.ts';
import { Handle, NotYetKnown } from '../model/handle.ts';
import type { Host, Inventory } from '../model/host.ts';
import type { Playbook } from '../model/playbook.ts';
import { type Outline, Outliner } from './outline.ts';
import { HostCheck } from './validate.ts';

/** Stands for whatever host there may be. */
const ANY_HOST: Host = {
  name: '',
  address: '',
  groups: [],
  vars: {},
  connection: { address: '' },
  become: {},
};

const INVENTORY: Inventory = { all: [], groups: new Map(), hosts: () => [], host: () => ANY_HOST };

const HOSTS = new Handle<never>('the inventory');

/** An object that cannot be looked at: nothing of it is known as long as there are no hosts. */
function unknown<T extends object>(shape: T): T {
  return new Proxy(shape, {
    get() {
      throw new NotYetKnown(HOSTS);
    },
  });
}

/**
 * The tree of a playbook without an inventory: what does not depend on hosts. Roles whose parameters or tasks do stay
 * open, and the hosts of all nodes are one without a name.
 *
 * @throws UsageError with all mistakes that show without hosts.
 */
export async function sketch(playbook: Playbook): Promise<Outline> {
  const outliner = new Outliner(playbook);
  const mistakes: Mistake[] = [];
  const context = { host: unknown(ANY_HOST), vars: unknown(ANY_HOST.vars), inventory: unknown(INVENTORY) };
  for (const play of playbook.plays) {
    const check = new HostCheck(context, undefined, 'any host');
    outliner.survey(play, ANY_HOST, await check.play(play));
    mistakes.push(...check.mistakes);
  }
  if (mistakes.length > 0) throw new UsageError(mistakes);
  return outliner.outline;
}
