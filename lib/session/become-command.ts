import type { Become } from '../model/host.ts';
import { type Script, sh } from '../model/script.ts';

/** How a command that acts as another user says that it wants the password, and that it is past that. */
export interface Signs {
  /** sudo's prompt. */
  readonly prompt: string;
  /** Printed on standard error by what runs as the other user, before anything else. */
  readonly ready: string;
}

/**
 * Whether the answer must be waited for. `sudo -n` asks nothing, so that its shell can be written to at once; su has no
 * such option, and what is written to it too early would be taken as the password.
 */
export function mayAsk({ method, password }: Become): boolean {
  return method === 'su' || password !== undefined;
}

/** A command that reads its password from a terminal alone: doas, always (readpassphrase(3) with RPP_REQUIRE_TTY). */
export function wantsTerminal({ method, password }: Become): boolean {
  return method === 'doas' && password !== undefined;
}

/**
 * The command that runs `inner`, a command line for `sh`, as another user. `env` sets the language of the messages
 * whatever the log-in shell is.
 *
 * @param terminal there is a terminal to ask on, so sudo need not use standard input.
 */
export function becomeCommand(become: Become, inner: Script, signs: Signs, terminal = false): Script {
  const { user, method, password } = become;
  const started = mayAsk(become) ? sh`printf '%s\n' ${signs.ready} >&2; ${inner}` : inner;
  switch (method) {
    case 'sudo': {
      const asking = password === undefined ? sh`-n` : sh`${terminal ? sh`` : sh`-S`} -p ${signs.prompt}`;
      return sh`env LC_ALL=C sudo -H ${asking} -u ${user} -- /bin/sh -c ${started.text}`;
    }
    case 'su':
      // The user's own shell may be one that runs nothing, e.g. nologin.
      return sh`env LC_ALL=C su -s /bin/sh -c ${started.text} -- ${user}`;
    case 'doas':
      return password === undefined
        ? sh`env LC_ALL=C doas -n -u ${user} -- /bin/sh -c ${started.text}`
        : sh`env LC_ALL=C doas -u ${user} -- /bin/sh -c ${started.text}`;
  }
}

/** Whether what was printed so far ends with a question for the password. */
export function asksForPassword({ method }: Become, said: string, { prompt }: Signs): boolean {
  if (method === 'sudo') return said.includes(prompt);
  // PAM and the commands word it as they like, but all leave the cursor behind a colon.
  return /[^\n]*:[ \t]?$/.test(said);
}
