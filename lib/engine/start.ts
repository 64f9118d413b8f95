import type { Mistake } from '../model/errors.ts';
import { didYouMean } from '../model/suggestion.ts';
import { nodesOf, type Outline, type OutlineNode } from './outline.ts';

/** How many places a mistake lists at most. */
const LISTED = 10;

/** Where a run begins: what stands before it, by paths; or why there is no such place. */
export type Start = { readonly before: ReadonlySet<string> } | { readonly mistake: Mistake };

/** Whether a path is meant by this word: the whole path, or its end from one of its parts on. */
export function isPathOrEnd(path: string, word: string): boolean {
  return path === word || path.endsWith(`/${word}`);
}

/** What `--from` can name. A rescue is done only where the tasks before it failed, so that no run begins there. */
function startingPoints(nodes: readonly OutlineNode[]): readonly OutlineNode[] {
  return nodes
    .filter(({ section }) => section !== 'rescue')
    .flatMap((node) => [node, ...startingPoints(node.children)]);
}

/** Finds where a run begins, by a path, the end of one, or a name. */
export function findStart(outline: Outline, word: string): Start {
  const points = startingPoints(outline.plays);
  const exact = points.filter(({ path }) => path === word);
  const found = exact.length > 0 ? exact : points.filter(({ path, name }) => isPathOrEnd(path, word) || name === word);
  const [start] = found;
  if (start === undefined) return { mistake: unknown(points, word) };
  if (found.length > 1) return { mistake: ambiguous(found, word) };
  return { before: pathsBefore(outline.plays, start) };
}

/** The paths of all that ends before the start begins. What it stands in is not among them. */
function pathsBefore(plays: readonly OutlineNode[], start: OutlineNode): ReadonlySet<string> {
  const before = new Set<string>();
  for (const { path, children } of nodesOf(plays)) {
    if (path === start.path) break;
    const around = nodesOf(children).some((inner) => inner.path === start.path);
    if (!around) before.add(path);
  }
  return before;
}

function ambiguous(found: readonly OutlineNode[], word: string): Mistake {
  return {
    where: '--from',
    message: `"${word}" may be any of ${found.length}`,
    hint: `name one of them: ${listed(found.map(({ path }) => `"${path}"`))}`,
  };
}

function unknown(points: readonly OutlineNode[], word: string): Mistake {
  const suggestion = didYouMean(
    word,
    points.flatMap(({ path, name }) => [name, path]),
  );
  const open = points.filter((point) => point.open).map(({ path }) => `"${path}"`);
  const where = 'garden list shows all paths';
  return {
    where: '--from',
    message: `the playbook has no play, role or task "${word}"${suggestion}`,
    hint:
      open.length === 0
        ? where
        : `${where}; what is in ${listed(open)} is known only when the hosts have been asked: name the role`,
  };
}

/** Words in a row, as many as a reader can bear. */
export function listed(words: readonly string[]): string {
  const more = words.length - LISTED;
  return words.slice(0, LISTED).join(', ') + (more > 0 ? `, and ${more} more` : '');
}
