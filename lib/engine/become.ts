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
  // `true` only switches it on; who and how then comes from the next place that says so.
  const details = [own, defaults.play, defaults.commandLine].find((choice) => typeof choice === 'object');
  return {
    user: details?.user ?? host.become.user ?? 'root',
    method: details?.method ?? host.become.method ?? 'sudo',
    password: host.become.password ?? defaults.password,
  };
}
