import type { HostVarsSchema, Vars } from './host.ts';
import type { Play } from './play.ts';
import { CallSite } from './site.ts';

export interface PlaybookOptions {
  /** What variables the hosts have, whatever the format of the inventory: checked and typed for all of its hosts. */
  readonly hostVars?: HostVarsSchema;
  /** Variables for all hosts in all plays: they win over those of the inventory; a play's own and `-e` win over them. */
  readonly vars?: Partial<Vars>;
}

/** Plays, done one after another. The default export of a playbook's module. */
export interface Playbook {
  readonly type: 'playbook';
  readonly name: string;
  readonly plays: readonly Play[];
  readonly options: PlaybookOptions;
  readonly site: CallSite;
}

export function playbook(name: string, plays: readonly Play[], options: PlaybookOptions = {}): Playbook {
  return { type: 'playbook', name, plays, options, site: CallSite.here() };
}

/** Whether a module's default export is a playbook. */
export function isPlaybook(value: unknown): value is Playbook {
  return (
    typeof value === 'object' && value !== null && 'type' in value && value.type === 'playbook' && 'plays' in value
  );
}
