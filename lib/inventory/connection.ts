import { BECOME_METHODS, type ConnectionSettings, type Host, type TransportName } from '../model/host.ts';
import { didYouMean } from '../model/suggestion.ts';
import type { Findings } from './findings.ts';
import { CONNECTION_VARIABLES, isConnectionVariable, UNUSED } from './setting-names.ts';
import { SettingReader } from './settings.ts';
import type { ResolvedVariables } from './variables.ts';
import { splitWords } from './words.ts';

/** How a host is reached and how another user is become there. */
export type HostSettings = Pick<Host, 'address' | 'connection' | 'become'>;

/** What `ansible_connection` may be; undefined leaves the choice to garden, as `ssh` and `smart` do with Ansible. */
const CONNECTIONS: ReadonlyMap<string, TransportName | undefined> = new Map([
  ['ssh', undefined],
  ['smart', undefined],
  ['ansible.builtin.ssh', undefined],
  ['paramiko', 'ssh'],
  ['paramiko_ssh', 'ssh'],
  ['openssh', 'openssh'],
  ['local', 'local'],
  ['ansible.builtin.local', 'local'],
  ['winrm', 'winrm'],
  ['ansible.builtin.winrm', 'winrm'],
  ['psrp', 'winrm'],
  ['ansible.builtin.psrp', 'winrm'],
]);
/** In seconds: a day. */
const LONGEST_TIMEOUT = 86_400;
const PREFIX = 'ansible_';
/** Settings of Ansible's that garden has no use for; they are no slips of the pen. */
const OTHERS = /^ansible_(?:shell_|network_|s(?:cp|ftp)_|ssh_(?:transfer|control|s(?:cp|ftp)_))/;
/** Ansible's way to become another user on Windows; there is no other there. */
const WINDOWS_BECOME = ['runas', 'ansible.builtin.runas'];

/** Reads Ansible's connection variables of a host. What is wrong with them goes to the findings. */
export function hostSettings(name: string, variables: ResolvedVariables, findings: Findings): HostSettings {
  const reader = new SettingReader(variables, findings);
  const address = reader.text('address') ?? name;
  warnOfUnknown(variables, findings);
  const settings = connection(address, reader);
  return { address, connection: settings, become: become(reader, settings.transport) };
}

function connection(address: string, reader: SettingReader): ConnectionSettings {
  const timeout = reader.number('timeout', LONGEST_TIMEOUT);
  return {
    address,
    transport: transport(reader),
    port: reader.number('port', 65_535),
    user: reader.text('user'),
    password: reader.secret('password'),
    privateKeyFile: reader.text('privateKeyFile'),
    privateKeyPassphrase: reader.secret('privateKeyPassphrase'),
    sshArguments: sshArguments(reader),
    acceptNewHostKeys: acceptNewHostKeys(reader),
    timeout: timeout === undefined ? undefined : timeout * 1000,
  };
}

function transport(reader: SettingReader): TransportName | undefined {
  const variable = reader.find('connection');
  const wanted = reader.text('connection');
  if (variable === undefined || wanted === undefined) return undefined;
  if (CONNECTIONS.has(wanted)) return CONNECTIONS.get(wanted);
  return reader.wrong(
    variable,
    `is "${wanted}", which garden does not know${didYouMean(wanted, CONNECTIONS.keys())}`,
    'it may be ssh, openssh, local or winrm',
  );
}

function sshArguments(reader: SettingReader): readonly string[] | undefined {
  const settings = ['sshArguments', 'sshCommonArguments', 'sshExtraArguments'] as const;
  const all = settings.flatMap((setting) => {
    const variable = reader.find(setting);
    const { words, problem } = splitWords(reader.text(setting) ?? '', { comments: false });
    if (variable !== undefined && problem !== undefined)
      reader.wrong(variable, `cannot be split into words: ${problem}`);
    return words.map(({ text }) => text);
  });
  return all.length === 0 ? undefined : all;
}

/** Ansible's users switch the check of host keys off; garden never does, but takes keys that are not known yet. */
function acceptNewHostKeys(reader: SettingReader): boolean | undefined {
  const variable = reader.find('hostKeyChecking');
  if (variable === undefined || reader.boolean('hostKeyChecking') !== false) return undefined;
  reader.warn(
    variable,
    'is off, but garden always checks host keys: an unknown one is taken and remembered, a changed one is refused',
    'take it out, and use --accept-new-host-keys on the first run',
  );
  return true;
}

function become(reader: SettingReader, transport: TransportName | undefined): Host['become'] {
  const method = reader.text('becomeMethod');
  const known = BECOME_METHODS.find((candidate) => candidate === method);
  const variable = reader.find('becomeMethod');
  const onWindows = method !== undefined && transport === 'winrm' && WINDOWS_BECOME.includes(method);
  if (method !== undefined && known === undefined && !onWindows && variable !== undefined) {
    reader.wrong(
      variable,
      `is "${method}", which garden does not know${didYouMean(method, BECOME_METHODS)}`,
      `it may be ${BECOME_METHODS.join(', ')}`,
    );
  }
  const [enabled, user, password] = [
    reader.boolean('become'),
    reader.text('becomeUser'),
    reader.secret('becomePassword'),
  ];
  return {
    ...(enabled === undefined ? {} : { enabled }),
    ...(user === undefined ? {} : { user }),
    ...(known === undefined ? {} : { method: known }),
    ...(password === undefined ? {} : { password }),
  };
}

/** A name of Ansible's kind that means nothing here is told: it may be a slip of the pen. So is a setting that is not used. */
function warnOfUnknown(variables: ResolvedVariables, findings: Findings): void {
  for (const { name, origin } of variables.values()) {
    const unused = UNUSED.get(name);
    if (unused !== undefined) findings.warning(origin, { kind: name, message: `${name} ${unused}` });
    if (!name.startsWith(PREFIX) || isConnectionVariable(name)) continue;
    const bare = (known: string): string => known.slice(PREFIX.length);
    const meant = OTHERS.test(name) ? '' : didYouMean(bare(name), CONNECTION_VARIABLES.map(bare));
    findings.warning(origin, {
      message: `${name} is no setting that garden knows${meant.replace('"', `"${PREFIX}`)}; it is a variable like any other`,
    });
  }
}
