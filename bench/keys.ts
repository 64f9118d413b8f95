import { execFile } from 'node:child_process';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** The files that hosts and tools need to know each other. */
export interface Keys {
  /** For sshd, with all that is the same on every host. */
  readonly serverConfig: string;
  /** For `ssh -F`. */
  readonly clientConfig: string;
  readonly privateKey: string;
  readonly knownHosts: string;
  /** A folder with a short name for the sockets of shared connections: their paths must be under 108 bytes (unix(7)). */
  readonly sockets: string;
  /** Makes a host known under these names, as they stand in known_hosts(5). */
  trust(names: readonly string[]): Promise<void>;
}

/** Makes keys and configuration in a folder. Nothing of the person's own is read. */
export async function makeKeys(folder: string): Promise<Keys> {
  const path = (name: string) => join(folder, name);
  const generate = (name: string) =>
    execute('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', path(name)]);
  await Promise.all(['host_key', 'user_key'].map(generate));
  const hostKey = (await readFile(path('host_key.pub'), 'utf8')).trim();
  const knownHosts = path('known_hosts');
  await writeFile(knownHosts, '');
  await mkdir(path('sockets'), { mode: 0o700 });
  // sshd's defaults, MaxStartups and MaxSessions among them: a tool has to live with those.
  await writeFile(
    path('sshd_config'),
    [
      `HostKey ${path('host_key')}`,
      `AuthorizedKeysFile ${path('user_key.pub')}`,
      'StrictModes no',
      'PermitRootLogin prohibit-password',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'UsePAM no',
      'UseDNS no',
      'PrintMotd no',
      'PidFile none',
      'Subsystem sftp internal-sftp',
      '',
    ].join('\n'),
  );
  await writeFile(
    path('ssh_config'),
    [
      'Host *',
      `  UserKnownHostsFile ${knownHosts}`,
      '  GlobalKnownHostsFile /dev/null',
      `  IdentityFile ${path('user_key')}`,
      '  IdentitiesOnly yes',
      '  IdentityAgent none',
      '  User root',
      '  BatchMode yes',
      '',
    ].join('\n'),
  );
  return {
    serverConfig: path('sshd_config'),
    clientConfig: path('ssh_config'),
    privateKey: path('user_key'),
    knownHosts,
    sockets: path('sockets'),
    trust: (names) => appendFile(knownHosts, `${names.join(',')} ${hostKey}\n`),
  };
}
