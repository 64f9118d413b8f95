import type { Become, Host } from '../model/host.ts';
import type { BecomeOption } from '../model/node.ts';
import type { Secret } from '../model/secret.ts';

/** What is said of becoming another user beside the tasks themselves. */
export interface BecomeDefaults {
  readonly play: BecomeOption | undefined;
  readonly commandLine: BecomeOption | undefined;
  readonly password: Secret | undefined;
}

/**
 * Whom a task acts as. Nearest wins: the task, its blocks and roles (`own`), the host's variables
 * (`ansible_become`), the play, the command line. Undefined: whoever logged in.
 */
export function resolveBecome(own: BecomeOption | undefined, host: Host, defaults: BecomeDefaults): Become | undefined {
  const option = own ?? host.become.enabled ?? defaults.play ?? defaults.commandLine ?? false;
  if (option === false) return undefined;
  // `true` only switches it on; who and how then comes from the next place that says so, each by itself.
  const places = [own, host.become, defaults.play, defaults.commandLine].filter((place) => typeof place === 'object');
  return {
    user: places.find(({ user }) => user !== undefined)?.user ?? 'root',
    method: places.find(({ method }) => method !== undefined)?.method ?? 'sudo',
    password: host.become.password ?? defaults.password,
  };
}
