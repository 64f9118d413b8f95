import type { Event, Listener } from '../model/events.ts';

/** Words of the protocol between engine and listeners, not text: a secret that happens to be "ok" must not break them. */
const PROTOCOL: ReadonlySet<string> = new Set(['type', 'status', 'level', 'stream', 'outcome']);

/** What a change of something sensitive would tell. */
const VALUES = ['before', 'after', 'text'];

function rewrite(node: unknown, change: (text: string) => string): void {
  if (typeof node !== 'object' || node === null) return;
  if ('sensitive' in node && node.sensitive === true) for (const key of VALUES) Reflect.set(node, key, undefined);
  for (const [key, value] of Object.entries(node)) {
    if (typeof value !== 'string') rewrite(value, change);
    else if (Array.isArray(node) || !PROTOCOL.has(key)) Reflect.set(node, key, change(value));
  }
}

/**
 * A copy of an event, or of a part of one, in which every text was changed: host names, task names, changes, output,
 * failures. Of a change of something sensitive no values are left.
 */
export function rewriteTexts<Part extends object = Event>(event: Part, change: (text: string) => string): Part {
  const copy = structuredClone(event);
  rewrite(copy, change);
  return copy;
}

/** A listener that is told of everything, but never a secret. */
export function redacted(listener: Listener, redact: (text: string) => string): Listener {
  return (event) => listener(rewriteTexts(event, redact));
}
