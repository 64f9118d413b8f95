import type { Resource, ResourceKind } from '../model/resource.ts';
import type { Output } from '../model/task.ts';
import type { Snippet, SnippetResult } from '../session/session.ts';

/** How long a probe of a resource may take, in milliseconds. */
const PROBE_TIMEOUT = 120_000;

/** What a probe printed; `merged` tells that it was cut out of the answer for many. */
export interface Answer extends Output {
  readonly timedOut: boolean;
}

/** Part of a frame: snippets, and what becomes of their results. */
export interface FramePart {
  readonly snippets: readonly Snippet[];
  /** Takes the results of just these snippets, in order. */
  take(results: readonly SnippetResult[]): void;
}

export function toAnswer(result: SnippetResult): Answer {
  return {
    stdout: result.stdout,
    stderr: result.stderr,
    status: result.status,
    timedOut: result.outcome === 'timed-out',
  };
}

/**
 * The probes of many resources as one part: those of a kind are merged into one script, whatever stands between
 * them, since probes only read. A merged probe that fails or cannot be split gives no answers: its kind is put on
 * `alone`, and its resources are then asked one by one, so that one bad instance cannot hide the others' state.
 */
export function probePart(
  resources: readonly Resource[],
  alone: Set<ResourceKind>,
  keep: (resource: Resource, answer: Answer) => void,
): FramePart {
  const snippets: Snippet[] = [];
  const takers: ((result: SnippetResult) => void)[] = [];
  const mergeable = new Map<ResourceKind, Resource[]>();

  for (const resource of resources) {
    if (resource.kind.probeMany && !alone.has(resource.kind)) {
      const many = mergeable.get(resource.kind);
      if (many) many.push(resource);
      else mergeable.set(resource.kind, [resource]);
      continue;
    }
    const script = resource.probe();
    if (script === null) continue;
    snippets.push({ script, timeout: PROBE_TIMEOUT });
    takers.push((result) => keep(resource, toAnswer(result)));
  }

  for (const [kind, many] of mergeable) {
    // Resources without a state to read (a command without `creates`) stay out of the merged script.
    const readable = many.filter((resource) => resource.probe() !== null);
    if (readable.length === 0) continue;
    const merged = kind.probeMany?.(readable);
    if (!merged) continue;
    snippets.push({ script: merged.script, timeout: PROBE_TIMEOUT });
    takers.push((result) => {
      if (result.outcome === 'skipped') return;
      const parts =
        result.status === 0 && result.outcome === 'done' ? trySplit(merged.split, result.stdout) : undefined;
      if (parts?.length !== readable.length) {
        alone.add(kind);
        return;
      }
      for (const [index, resource] of readable.entries()) {
        keep(resource, { stdout: parts[index] ?? '', stderr: result.stderr, status: 0, timedOut: false });
      }
    });
  }

  return {
    snippets,
    take: (results) => {
      for (const [index, taker] of takers.entries()) takeOne(taker, results[index]);
    },
  };
}

function trySplit(split: (stdout: string) => readonly string[], stdout: string): readonly string[] | undefined {
  try {
    return split(stdout);
  } catch {
    return undefined;
  }
}

function takeOne(taker: (result: SnippetResult) => void, result: SnippetResult | undefined): void {
  if (result !== undefined && result.outcome !== 'skipped') taker(result);
}
