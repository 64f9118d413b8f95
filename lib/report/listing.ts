import { isGroup, isWork, nodesOf, type Outline, type OutlineNode } from '../engine/outline.ts';
import { shownPlaces } from './places.ts';
import type { Style } from './style.ts';
import { table } from './table.ts';
import { count, harmlessLine } from './text.ts';

/** A playbook as it is listed. */
export interface Listing {
  readonly outline: Outline;
  /** The host patterns of the plays, by their names. */
  readonly patterns: ReadonlyMap<string, string>;
  /** Whether there is an inventory; without one no hosts are told. */
  readonly hostsKnown: boolean;
}

/** What a listing can be narrowed to. */
export type ListingPart = 'hosts' | 'roles' | 'tasks' | 'tags';

const BRANCHES = { more: ['├─ ', '│  '], last: ['└─ ', '   '] } as const;

/** A task is what is listed mostly, so that it need not be said. */
const UNSAID: ReadonlySet<OutlineNode['type']> = new Set(['task', 'flush']);

function tagText(tags: readonly string[]): string {
  return tags.length === 0 ? '' : `[${tags.map(harmlessLine).join(', ')}]`;
}

/** What is behind a node's name: a number where there are others of its name, its part of a block, tags, hosts. */
function remarks(node: OutlineNode, parent: OutlineNode | undefined, listing: Listing, style: Style): string {
  const [number] = /#\d+$/.exec(node.path) ?? [];
  const ownTags = node.tags.filter((tag) => !parent?.tags.includes(tag));
  const fewer = listing.hostsKnown && parent !== undefined && node.hosts.length < parent.hosts.length;
  const parts = [
    number === undefined || node.name.endsWith(number) ? '' : style.dim(number),
    node.section === 'tasks' ? '' : style.yellow(`(${node.section})`),
    style.cyan(tagText(ownTags)),
    fewer ? style.dim(`on ${node.hosts.map(harmlessLine).join(', ')}`) : '',
    node.open ? style.dim(`… ${listing.hostsKnown ? 'follows from facts of the hosts' : 'depends on the hosts'}`) : '',
  ];
  return parts
    .filter((part) => part !== '')
    .map((part) => `  ${part}`)
    .join('');
}

function treeLines(
  nodes: readonly OutlineNode[],
  parent: OutlineNode | undefined,
  listing: Listing,
  style: Style,
): string[] {
  return nodes.flatMap((node, index) => {
    const [branch, below] = index === nodes.length - 1 ? BRANCHES.last : BRANCHES.more;
    const kind = UNSAID.has(node.type) ? '' : style.dim(`${node.type} `);
    const name = isGroup(node) ? style.bold(harmlessLine(node.name)) : harmlessLine(node.name);
    return [
      style.dim(branch) + kind + name + remarks(node, parent, listing, style),
      ...treeLines(node.children, node, listing, style).map((line) => style.dim(below) + line),
    ];
  });
}

function playHeading(play: OutlineNode, { patterns, hostsKnown }: Listing, style: Style): string {
  const pattern = harmlessLine(patterns.get(play.name) ?? '');
  const hosts = hostsKnown ? ` (${count(play.hosts.length, 'host')})` : '';
  const tags = tagText(play.tags);
  return `${style.dim('play ')}${style.bold(harmlessLine(play.name))}  ${style.green(pattern)}${style.dim(hosts)}${tags === '' ? '' : `  ${style.cyan(tags)}`}`;
}

/** The whole playbook as a tree. */
export function listingTree(listing: Listing, style: Style): string[] {
  const { outline } = listing;
  return [
    style.bold(harmlessLine(outline.name)),
    ...outline.plays.flatMap((play) => [
      '',
      playHeading(play, listing, style),
      ...treeLines(play.children, play, listing, style),
    ]),
  ];
}

/** The nodes that a part is about. */
function nodesOfPart(part: 'roles' | 'tasks', { outline }: Listing): readonly OutlineNode[] {
  return nodesOf(outline.plays).filter((node) => (part === 'roles' ? node.type === 'role' : isWork(node)));
}

/** All tags, each with the number of tasks that have it. */
function tagsIn({ outline }: Listing): readonly (readonly [string, number])[] {
  const nodes = nodesOf(outline.plays);
  const tags = [...new Set(nodes.flatMap((node) => node.tags))].sort();
  return tags.map((tag) => [tag, nodes.filter((node) => isWork(node) && node.tags.includes(tag)).length]);
}

/** One part of it, a line each: paths as `--role` and `--from` take them, tags, or the hosts of each play. */
export function listingLines(part: ListingPart, listing: Listing, style: Style): string[] {
  switch (part) {
    case 'hosts':
      return listing.outline.plays.flatMap((play) => [
        playHeading(play, listing, style),
        ...(listing.hostsKnown ? play.hosts.map((host) => `  ${harmlessLine(host)}`) : []),
      ]);
    case 'tags':
      return table(
        tagsIn(listing).map(([tag, tasks]) => [style.cyan(harmlessLine(tag)), style.dim(count(tasks, 'task'))]),
      );
    default:
      return nodesOfPart(part, listing).map((node) => {
        const tags = tagText(node.tags);
        return harmlessLine(node.path) + (tags === '' ? '' : `  ${style.cyan(tags)}`);
      });
  }
}

function nodeData(node: OutlineNode, listing: Listing, deep: boolean): object {
  const { type, name, path, tags, hosts, section, open, site, children } = node;
  return {
    ...{ type, name, path, tags },
    ...(type === 'play' ? { pattern: listing.patterns.get(name) } : {}),
    ...(listing.hostsKnown ? { hosts } : {}),
    ...(section === 'tasks' ? {} : { section }),
    ...(open ? { open } : {}),
    where: shownPlaces(site.place),
    ...(deep && isGroup(node) ? { children: children.map((child) => nodeData(child, listing, deep)) } : {}),
  };
}

/** The same as data: the whole tree, or a part of it. */
export function listingData(part: ListingPart | undefined, listing: Listing): object {
  const { outline } = listing;
  switch (part) {
    case undefined:
      return { playbook: outline.name, plays: outline.plays.map((play) => nodeData(play, listing, true)) };
    case 'hosts':
      return Object.fromEntries(outline.plays.map(({ name, hosts }) => [name, listing.hostsKnown ? hosts : []]));
    case 'tags':
      return tagsIn(listing).map(([tag]) => tag);
    default:
      return nodesOfPart(part, listing).map((node) => nodeData(node, listing, false));
  }
}
