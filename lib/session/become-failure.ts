import { GardenError } from '../model/errors.ts';
import type { Become } from '../model/host.ts';

const OTHER_TERMINAL = /must have a tty|must be run from a terminal|a terminal is required|no tty present/i;
const REFUSED =
  /incorrect password|no password was provided|sorry, try again|authentication failure|authentication failed|incorrect password attempts?|permission denied/i;
const UNASKED = /a password is required|authorization required|authentication required/i;
const NOT_ALLOWED = /not in the sudoers|is not allowed to|may not run sudo|not permitted|operation not permitted/i;
const NO_SUCH_USER = /unknown user|user .* does not exist|no passwd entry|unknown id/i;
const NOT_THERE = /command not found|no such file or directory|: not found/i;

/** Whether the command only refuses because it has no terminal (sudoers: requiretty; a su that reads /dev/tty). */
export function missesTerminal(said: string): boolean {
  return OTHER_TERMINAL.test(said);
}

/** Whose password a method asks for: su for that of the other user, sudo and doas for that of who logged in. */
export function passwordOwner({ method, user }: Become, login: string | undefined): string {
  return method === 'su' ? user : (login ?? 'the user who logged in');
}

/**
 * Why one cannot act as another user, in words.
 *
 * @param said what the command printed, without its prompt.
 * @param answered whether a password was given to it.
 */
export function becomeFailure(become: Become, login: string | undefined, said: string, answered: boolean): GardenError {
  const { method, user } = become;
  const owner = passwordOwner(become, login);
  const words = said
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const last = words.at(-1) ?? '';
  const quoted = last === '' ? '' : ` (${last})`;
  if (NOT_ALLOWED.test(said) && !REFUSED.test(said)) return notAllowed(method, owner, user, quoted);
  if (answered && REFUSED.test(said)) {
    return new GardenError(`${method} refused the password of ${owner}`, {
      hint: 'it was given once and is not tried again: see that it is right',
    });
  }
  if (UNASKED.test(said) || (!answered && REFUSED.test(said) && method === 'su')) return noPassword(become, login);
  if (NO_SUCH_USER.test(said)) return new GardenError(`there is no user ${user} to become${quoted}`);
  if (NOT_THERE.test(said)) {
    return new GardenError(`${method} is not installed there${quoted}`, {
      hint: 'install it, choose another way (--become-method, ansible_become_method), or log in as that user',
    });
  }
  if (NOT_ALLOWED.test(said) || (method === 'doas' && REFUSED.test(said))) {
    return notAllowed(method, owner, user, quoted);
  }
  return new GardenError(`${method} does not let ${login ?? 'the user who logged in'} become ${user}${quoted}`);
}

function notAllowed(method: string, owner: string, user: string, quoted: string): GardenError {
  return new GardenError(`${owner} may not become ${user} by ${method}${quoted}`, {
    hint: `see the rules of ${method} on that host`,
  });
}

/** A password is asked for and there is none to give. */
export function noPassword(become: Become, login: string | undefined): GardenError {
  return new GardenError(
    `${become.method} asks for the password of ${passwordOwner(become, login)}, and none was given`,
    { hint: 'give it with -K or ansible_become_password' },
  );
}
