import { type Mistake, mistakesOf, UsageError } from '../model/errors.ts';
import { NotYetKnown } from '../model/handle.ts';
import type { Host, Inventory } from '../model/host.ts';
import type { Node } from '../model/node.ts';
import type { Play } from '../model/play.ts';
import type { Playbook } from '../model/playbook.ts';
import type { PlayContext, RoleNode } from '../model/role.ts';
import { fetchSecrets, type SecretFinder, SecretNotFetched, SecretUnavailable } from '../model/secret-request.ts';
import type { CallSite } from '../model/site.ts';
import { batches } from './batches.ts';
import { arrangePlay, handlersOf } from './compile.ts';
import type { RoleItem } from './items.ts';
import { checkPlayVars, hostInPlay } from './play-vars.ts';
import { withSecrets } from './secrets.ts';

/** A play with the hosts that it is for, in the order of the inventory. */
export interface PlayHosts {
  readonly play: Play;
  readonly hosts: readonly Host[];
}

/** Told of every play on every host what of it is known before a host is touched. */
export type Surveyor = (play: Play, host: Host, items: RoleItem) => void;

/** What is wrong, at its own place, else here. */
function mistakesAt(where: string, error: unknown): readonly Mistake[] {
  return mistakesOf(error).map((mistake) => ({ ...mistake, where: mistake.where ?? where }));
}

/** Makes a play's items for one host as the run will, as far as that needs nothing of the host itself. */
export class HostCheck {
  readonly #context: PlayContext;
  readonly #secrets: SecretFinder | undefined;
  readonly #whose: string;
  readonly mistakes: Mistake[] = [];

  /** @param whose what messages call the host */
  constructor(context: PlayContext, secrets: SecretFinder | undefined, whose = `host ${context.host.name}`) {
    this.#context = context;
    this.#secrets = secrets;
    this.#whose = whose;
  }

  async play(play: Play): Promise<RoleItem> {
    const nodes = await this.#collect(play.site, '', async () => {
      const listed = await play.nodes({ ...this.#context, get: refuse });
      this.#handlers(listed, play.name);
      return listed;
    });
    const { role } = await arrangePlay(play, nodes, (node) => this.#list(node));
    return role;
  }

  /** A role's list; undefined where it has mistakes, or follows from facts. */
  async #list(node: RoleNode): Promise<readonly Node[] | undefined> {
    const label = `role ${node.name}, ${this.#whose}`;
    return this.#collect(node.site, label, async () => {
      const wrong = await node.check(this.#context);
      for (const mistake of wrong) this.mistakes.push({ ...mistake, where: `${node.site.place} (${label})` });
      if (wrong.length > 0) return undefined;
      const listed = await node.tasks({ ...this.#context, get: refuse });
      this.#handlers(listed, `role ${node.name}`);
      return listed;
    });
  }

  #handlers(nodes: readonly Node[], owner: string): void {
    const names = new Set<string>();
    for (const { name, site } of handlersOf(nodes)) {
      if (names.has(name)) {
        this.mistakes.push({
          message: `${owner} has two handlers named "${name}"; a handler is known on its hosts by its name`,
          where: site.place,
        });
      }
      names.add(name);
    }
  }

  async #collect<T>(site: CallSite, label: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      if (this.#secrets === undefined) return await work();
      return await withSecrets(this.#secrets, work, (found) => this.mistakes.push(...found));
    } catch (error) {
      // A list that follows from facts is made, and checked, when the host has answered.
      if (error instanceof NotYetKnown || error instanceof SecretNotFetched) return undefined;
      if (error instanceof SecretUnavailable) return undefined;
      this.mistakes.push(...mistakesAt(label ? `${site.place} (${label})` : site.place, error));
      return undefined;
    }
  }
}

function refuse<T>(handle: { get(token: object): T }): T {
  return handle.get({});
}

/**
 * Finds everything that can be wrong before a host is touched: patterns, parameters of roles and resources for
 * every host, sizes of batches, handlers of one name, secrets that there are not.
 *
 * @param secrets where secrets come from; without it none is fetched, and what follows from one stays open
 * @throws UsageError with all mistakes at once.
 */
export async function validate(
  playbook: Playbook,
  inventory: Inventory,
  limit: ReadonlySet<string> | undefined,
  survey: Surveyor = () => {},
  secrets?: SecretFinder,
): Promise<readonly PlayHosts[]> {
  const mistakes = new Map<string, Mistake>();
  const add = (found: readonly Mistake[]) => {
    for (const mistake of found) {
      // The same mistake on many hosts is told once.
      const key = `${mistake.message}\0${mistake.where?.replace(/, host [^)]*/, '')}`;
      if (!mistakes.has(key)) mistakes.set(key, mistake);
    }
  };
  const names = new Set<string>();
  const checked = async (play: Play): Promise<PlayHosts> => {
    if (names.has(play.name)) add([{ message: `two plays are named "${play.name}"`, where: play.site.place }]);
    names.add(play.name);
    try {
      checkPlayVars(play.options.vars);
      const hosts = inventory
        .hosts(play.options.hosts)
        .filter(({ name }) => limit?.has(name) ?? true)
        .map((host) => hostInPlay(host, playbook, play, inventory));
      batches(hosts, play.options.serial);
      for (const host of hosts) {
        const check = new HostCheck({ host, vars: host.vars, inventory }, secrets);
        survey(play, host, await check.play(play));
        add(check.mistakes);
      }
      return { play, hosts };
    } catch (error) {
      add(mistakesAt(`${play.site.place} (play "${play.name}")`.trimStart(), error));
      return { play, hosts: [] };
    }
  };
  try {
    checkPlayVars(playbook.options.vars);
  } catch (error) {
    add(mistakesAt(playbook.site.place, error));
  }
  const plays: PlayHosts[] = [];
  for (const play of playbook.plays) plays.push(await checked(play));
  // Those that were asked for and not revealed yet are needed when the run is under way.
  if (secrets) add(await fetchSecrets(secrets));
  if (mistakes.size > 0) throw new UsageError([...mistakes.values()]);
  if (plays.every(({ hosts }) => hosts.length === 0)) {
    throw new UsageError([
      {
        message: 'no play has a host left to run on',
        hint: "see that --limit and the plays' patterns have hosts in common",
      },
    ]);
  }
  return plays;
}
