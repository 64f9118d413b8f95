import { type Mistake, UsageError } from '../model/errors.ts';
import { didYouMean } from '../model/suggestion.ts';
import { isFlow, type Leaf, type RolePlace } from './items.ts';
import { isFlowNode, isWork, nodesOf, type Outline, type OutlineNode } from './outline.ts';
import { findStart, isPathOrEnd, listed } from './start.ts';
import { SPECIAL_TAGS, type TagFilter, tagsSelected } from './tags.ts';

/** Which part of a playbook is run. What is given together must hold together. */
export interface SelectionOptions extends TagFilter {
  /** Only what stands in these roles: names, or paths such as `Site/web`, which may be cut at their beginning. */
  readonly roles?: readonly string[] | undefined;
  /** Only this play, role, block or task, and all that comes after it: a path, the end of one, or a name. */
  readonly from?: string | undefined;
  /** On each host only what a journal tells of it. */
  readonly places?: readonly JournalPlace[] | undefined;
}

/** A role on a host; or, where the role is empty, the task at this path on it. */
export interface JournalPlace {
  readonly host: string;
  readonly role: string;
  readonly path: string;
}

/** A word of the command line that names nothing which is known before the hosts have been asked. */
export interface Unmet {
  readonly kind: 'tag' | 'role';
  readonly word: string;
}

/** What is asked of a task, or of a role as a whole. */
interface Place {
  readonly path: string;
  readonly tags: readonly string[];
  readonly roles: readonly RolePlace[];
}

/** What the selection leaves of a node. */
interface Remainder {
  /** Hosts on which something of it is done. */
  readonly working: ReadonlySet<string>;
  /** Whether something of it is left out. */
  readonly reduced: boolean;
}

/**
 * The part of a playbook that a run is about.
 *
 * Tags, roles and the place to start at are checked against what is known before a host is touched. Where a role's list
 * follows from facts, a tag or role that is not known yet may stand in it: it is looked for when that list is made.
 */
export class Selection {
  readonly #options: SelectionOptions;
  readonly #before: ReadonlySet<string>;
  readonly #leftOut = new Set<string>();
  readonly #unmet: Unmet[] = [];
  readonly #hosts = new Map<string, ReadonlySet<string>>();

  /** @throws UsageError for a tag, role or place that does not exist, and where nothing is left. */
  constructor(outline: Outline, options: SelectionOptions) {
    this.#options = options;
    const mistakes = this.#check(outline);
    const start = options.from === undefined ? { before: new Set<string>() } : findStart(outline, options.from);
    if ('mistake' in start) mistakes.push(start.mistake);
    this.#before = 'before' in start ? start.before : new Set();
    if (mistakes.length > 0) throw new UsageError(mistakes);
    for (const play of outline.plays) {
      const { working, reduced } = this.#survey(play, []);
      this.#hosts.set(play.path, reduced ? working : new Set(play.hosts));
    }
    if ([...this.#hosts.values()].every((hosts) => hosts.size === 0)) throw new UsageError([nothingLeft(options)]);
  }

  /** Whether nothing is left out but what has to be asked for by its tag. */
  get isWhole(): boolean {
    const { tags, skipTags, roles, from, places } = this.#options;
    return (
      places === undefined && tags === undefined && skipTags === undefined && roles === undefined && from === undefined
    );
  }

  /** Whether a task is done. What only orders others stays where it is. */
  selects(leaf: Leaf, host: string): boolean {
    const place = { path: leaf.reference.path, tags: leaf.scope.tags, roles: leaf.scope.roles };
    this.#meet(place);
    return isFlow(leaf) ? !this.#before.has(place.path) : this.#selected(place, host);
  }

  /** Whether nothing of the role at this path is done on any host. */
  leavesOut(path: string): boolean {
    return this.#leftOut.has(path);
  }

  /** Whether anything of a play is done on a host. */
  concerns(play: string, host: string): boolean {
    return this.#hosts.get(play)?.has(host) ?? false;
  }

  /** The outline of what is done: all else is left out, and what stays stands on the hosts where anything of it is done. */
  narrow({ name, plays }: Outline): Outline {
    return { name, plays: plays.flatMap((play) => this.#narrowed(play, []) ?? []) };
  }

  /** What has not been found, neither before nor in the lists that have been made since. */
  get unmet(): readonly Unmet[] {
    return this.#unmet;
  }

  #selected(place: Place, host: string): boolean {
    const { path, tags, roles } = place;
    return (
      !this.#before.has(path) &&
      tagsSelected(tags, this.#options) &&
      this.#inRoles(roles) &&
      this.#inPlaces(place, host)
    );
  }

  #inRoles(roles: readonly RolePlace[]): boolean {
    const { roles: wanted } = this.#options;
    return wanted === undefined || roles.some((role) => wanted.some((word) => means(word, role)));
  }

  #inPlaces({ path, roles }: Place, host: string): boolean {
    const { places } = this.#options;
    if (places === undefined) return true;
    return places.some(
      (place) =>
        place.host === host &&
        (place.role === '' ? place.path === path : roles.some(({ name }) => name === place.role)),
    );
  }

  #meet({ tags, roles }: Place): void {
    for (const [index, { kind, word }] of [...this.#unmet.entries()].reverse()) {
      const met = kind === 'tag' ? tags.includes(word) : roles.some((role) => means(word, role));
      if (met) this.#unmet.splice(index, 1);
    }
  }

  #narrowed(node: OutlineNode, around: readonly RolePlace[]): OutlineNode | undefined {
    if (isFlowNode(node)) return this.#before.has(node.path) ? undefined : node;
    const roles = node.type === 'role' ? [...around, { name: node.name, path: node.path }] : around;
    const { working, reduced } = this.#survey(node, around);
    if (!reduced) return node;
    if (working.size === 0) return undefined;
    const children = node.children.flatMap((child) => this.#narrowed(child, roles) ?? []);
    return { ...node, hosts: node.hosts.filter((host) => working.has(host)), children };
  }

  #survey(node: OutlineNode, around: readonly RolePlace[]): Remainder {
    const roles = node.type === 'role' ? [...around, { name: node.name, path: node.path }] : around;
    const place = { path: node.path, tags: node.tags, roles };
    const working = new Set<string>();
    let reduced = false;
    if (isWork(node)) {
      for (const host of node.hosts) {
        if (this.#selected(place, host)) working.add(host);
        else reduced = true;
      }
    }
    if (node.open) {
      for (const host of node.hosts) {
        if (this.#mayHold(place, host)) working.add(host);
        else reduced = true;
      }
    }
    for (const child of node.children) {
      const inner = this.#survey(child, roles);
      for (const host of inner.working) working.add(host);
      reduced ||= inner.reduced;
    }
    if (node.type === 'role' && reduced && working.size === 0) this.#leftOut.add(node.path);
    return { working, reduced };
  }

  /** Whether a list that is not known yet may hold something that is selected. */
  #mayHold(place: Place, host: string): boolean {
    const { path, tags, roles } = place;
    const { skipTags = [] } = this.#options;
    if (this.#before.has(path) || tags.some((tag) => skipTags.includes(tag))) return false;
    if (!this.#inPlaces(place, host)) return false;
    return this.#inRoles(roles) || this.#unmet.some(({ kind }) => kind === 'role');
  }

  #check({ plays }: Outline): Mistake[] {
    const nodes = nodesOf(plays);
    const uncertain = nodes.some(({ open }) => open);
    const mistakes: Mistake[] = [];
    const unknown = (kind: Unmet['kind'], flag: string, word: string, known: readonly string[]): void => {
      const existing = [...new Set(known)].sort();
      const hint = existing.length === 0 ? `the playbook has no ${kind}s` : `the ${kind}s are: ${listed(existing)}`;
      const message = `the playbook has no ${kind} "${word}"${didYouMean(word, existing)}`;
      if (uncertain) this.#unmet.push({ kind, word });
      else mistakes.push({ where: flag, message, hint });
    };
    const { tags = [], skipTags = [], roles = [] } = this.#options;
    const knownTags = nodes.flatMap((node) => node.tags);
    for (const [flag, words] of [
      ['--tags', tags],
      ['--skip-tags', skipTags],
    ] as const) {
      for (const word of words) {
        if (!SPECIAL_TAGS.includes(word) && !knownTags.includes(word)) unknown('tag', flag, word, knownTags);
      }
    }
    const knownRoles = nodes.filter(({ type }) => type === 'role');
    for (const word of roles) {
      if (knownRoles.some((role) => means(word, role))) continue;
      unknown(
        'role',
        '--role',
        word,
        knownRoles.map(({ name }) => name),
      );
    }
    return mistakes;
  }
}

/** Whether a word names a role: by its name, its path, or the end of its path. */
function means(word: string, { name, path }: RolePlace): boolean {
  return name === word || isPathOrEnd(path, word);
}

function nothingLeft({ tags, skipTags, roles, from, places }: SelectionOptions): Mistake {
  const given = [
    tags && '--tags',
    skipTags && '--skip-tags',
    roles && '--role',
    from && '--from',
    places && '--rerun',
  ].filter(Boolean);
  return {
    message: given.length === 0 ? 'every task has the tag "never"' : `${given.join(' with ')} leaves nothing to do`,
    hint: 'a task with the tag "never" is done only where one of its tags is asked for; garden list shows all tasks and tags',
  };
}
