import type { Play } from './play.ts';
import { CallSite } from './site.ts';

/** Plays, done one after another. The default export of a playbook's module. */
export interface Playbook {
  readonly type: 'playbook';
  readonly name: string;
  readonly plays: readonly Play[];
  readonly site: CallSite;
}

export function playbook(name: string, plays: readonly Play[]): Playbook {
  return { type: 'playbook', name, plays, site: CallSite.here() };
}

/** Whether a module's default export is a playbook. */
export function isPlaybook(value: unknown): value is Playbook {
  return (
    typeof value === 'object' && value !== null && 'type' in value && value.type === 'playbook' && 'plays' in value
  );
}
