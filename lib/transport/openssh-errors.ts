import { readFileSync } from 'node:fs';
import { Unreachable } from '../model/errors.ts';
import { fingerprint, parseKnownHosts } from './known-hosts.ts';
import { CutOff } from './login-limit.ts';
import { HINT_SILENT } from './network-errors.ts';
import type { SshConfig } from './ssh-config.ts';

/** The fingerprint of the key that stands in a line of a known_hosts file, as ssh names the line. */
function knownFingerprint(file: string, line: number): string | undefined {
  try {
    const known = parseKnownHosts(readFileSync(file, 'utf8'), file).find((each) => each.line === line);
    return known && `${known.type} ${fingerprint(known.key)}`;
  } catch {
    return undefined;
  }
}

function explainHostKey(where: string, text: string): Unreachable {
  const shown = /SHA256:[A-Za-z0-9+/]+/.exec(text)?.[0];
  if (/REVOKED|revoked/.test(text)) {
    return new Unreachable(`${where}: the host key is revoked`, {
      hint: 'do not log in: somebody may hold this key. Give the host a new key and make that one known',
    });
  }
  const [, file, line] = /Offending .*key in (.+):(\d+)/.exec(text) ?? [];
  if (/IDENTIFICATION HAS CHANGED/.test(text) && file !== undefined) {
    const before = knownFingerprint(file, Number(line)) ?? 'another one';
    const name = /ssh-keygen -f .* -R (.+)/.exec(text)?.[1]?.trim() ?? where;
    return new Unreachable(
      `${where}: the host key has changed: it is ${shown ?? 'a new one'}, but ${before} is known (${file}:${line})`,
      {
        hint: `somebody may be listening in between. If the host was really installed anew, forget the old key: ssh-keygen -R ${name} -f ${file}`,
      },
    );
  }
  return new Unreachable(`${where}: the host key is not known${shown === undefined ? '' : `: ${shown}`}`, {
    hint: 'log in once with ssh and compare the key, or let garden take unknown keys (--accept-new-host-keys)',
  });
}

/** Says in words why the system's ssh could not log in, from what it printed on standard error. */
export function explainOpenSsh(config: SshConfig, stderr: string): Unreachable {
  const where = `${config.hostname}:${config.port}`;
  const text = stderr.trim();
  const cause = new Error(text || 'ssh said nothing');
  const through = config.jumps.length > 0 ? ` (through the jump host ${config.jumps.join(', ')})` : '';
  const fail = (message: string, hint: string) => new Unreachable(`${where}${through}: ${message}`, { hint, cause });

  if (/Host key verification failed/i.test(text)) return explainHostKey(`${where}${through}`, text);
  const [, who, allowed] = /(?:^|\n)(\S+?): Permission denied \(([^)]*)\)/.exec(text) ?? [];
  if (allowed !== undefined) {
    const details = text
      .split('\n')
      .filter((line) => /load key|passphrase|certificate|sign_and_send|agent/i.test(line))
      .map((line) => `; ${line.trim()}`)
      .join('');
    return fail(
      `log-in as ${who ?? config.user} refused (the host allows: ${allowed.replaceAll(',', ', ')}${details})`,
      'check the user name, the key or its certificate, and what ssh -v says',
    );
  }
  const question = /garden has no answer to: (.*)/.exec(text)?.[1]?.trim();
  if (question !== undefined) {
    return fail(
      `it was asked "${question}", which garden cannot answer`,
      'use a key for that log-in, e.g. by an agent',
    );
  }
  if (/Could not resolve hostname/i.test(text)) {
    return fail('the name cannot be resolved', 'check the name, or give the address (ansible_host)');
  }
  if (/Connection refused/i.test(text)) {
    return fail('connection refused', 'nothing listens there: is sshd running, and is this its port?');
  }
  if (/timed out/i.test(text)) return fail('no answer in time', HINT_SILENT);
  if (/No route to host|Network is unreachable/i.test(text)) {
    return fail('no route to the host', 'is the host up, and is there a route (or VPN) to its network?');
  }
  if (/Unable to negotiate/i.test(text)) {
    return fail(`no algorithm in common: ${text}`, 'allow one in ~/.ssh/config');
  }
  if (through === '' && /kex_exchange_identification|Connection (closed|reset) by/i.test(text)) {
    return new CutOff(`${where}: the host hung up before the log-in began`, {
      hint: 'sshd takes no more log-ins at a time (MaxStartups), blocks this address, or does not speak SSH on this port',
      cause,
    });
  }
  return fail(`ssh could not log in: ${text.split('\n').at(-1) || 'it said nothing'}`, 'see what it says with: ssh -v');
}
