/**
 * Ansible's names for what garden needs to log in and to become another user. Where several are set at the same level
 * the last of a list wins, as the more special one does with Ansible.
 */
export const SETTINGS = {
  address: ['ansible_host', 'ansible_ssh_host'],
  port: ['ansible_port', 'ansible_ssh_port'],
  user: ['ansible_user', 'ansible_ssh_user'],
  password: ['ansible_password', 'ansible_ssh_pass', 'ansible_ssh_password'],
  connection: ['ansible_connection'],
  privateKeyFile: ['ansible_private_key_file', 'ansible_ssh_private_key_file'],
  privateKeyPassphrase: ['ansible_private_key_passphrase', 'ansible_ssh_private_key_passphrase'],
  sshArguments: ['ansible_ssh_args'],
  sshCommonArguments: ['ansible_ssh_common_args'],
  sshExtraArguments: ['ansible_ssh_extra_args'],
  timeout: ['ansible_timeout', 'ansible_ssh_timeout'],
  hostKeyChecking: ['ansible_host_key_checking', 'ansible_ssh_host_key_checking'],
  become: ['ansible_become'],
  becomeUser: ['ansible_become_user'],
  becomeMethod: ['ansible_become_method'],
  becomePassword: ['ansible_become_password', 'ansible_become_pass', 'ansible_sudo_pass'],
} as const;

export type SettingName = keyof typeof SETTINGS;

/** Taken without a word, since garden needs no such setting. */
const NEEDLESS = [
  'ansible_python_interpreter',
  'ansible_ssh_pipelining',
  'ansible_pipelining',
  'ansible_ssh_retries',
  'ansible_group_priority',
];

/** Settings that Ansible's users know and garden does otherwise, each with what to know of it. */
export const UNUSED: ReadonlyMap<string, string> = new Map([
  ['ansible_become_flags', 'is not used: garden gives sudo, su and doas the flags that it needs'],
  ['ansible_become_exe', 'is not used: garden takes the sudo, su or doas of the host'],
  ['ansible_ssh_executable', 'is not used: garden takes the ssh of this machine'],
]);

/** How the shell of the host is called; garden finds out by itself. */
const SHELL = ['ansible_shell_type', 'ansible_shell_executable'];

/** What Ansible's connections to Windows take, behind `ansible_winrm_`. */
const WINRM = [
  'ca_trust_path',
  'cert_key_pem',
  'cert_pem',
  'connection_timeout',
  'kerberos_delegation',
  'kerberos_hostname_override',
  'kinit_args',
  'kinit_cmd',
  'kinit_mode',
  'message_encryption',
  'operation_timeout_sec',
  'password',
  'path',
  'port',
  'read_timeout_sec',
  'realm',
  'scheme',
  'send_cbt',
  'server_cert_validation',
  'service',
  'transport',
  'user',
].map((name) => `ansible_winrm_${name}`);

/** The same behind `ansible_psrp_`. */
const PSRP = [
  'auth',
  'ca_cert',
  'cert_validation',
  'certificate_key_pem',
  'certificate_pem',
  'configuration_name',
  'connection_timeout',
  'credssp_auth_mechanism',
  'credssp_disable_tlsv1_2',
  'credssp_minimum_version',
  'host',
  'ignore_proxy',
  'max_envelope_size',
  'message_encryption',
  'negotiate_delegate',
  'negotiate_hostname_override',
  'negotiate_send_cbt',
  'negotiate_service',
  'operation_timeout',
  'password',
  'path',
  'port',
  'protocol',
  'proxy',
  'read_timeout',
  'reconnection_backoff',
  'reconnection_retries',
  'user',
].map((name) => `ansible_psrp_${name}`);

/** Their values are secrets wherever they are kept. */
export const SECRET_VARIABLES: ReadonlySet<string> = new Set<string>([
  ...SETTINGS.password,
  ...SETTINGS.privateKeyPassphrase,
  ...SETTINGS.becomePassword,
  'ansible_winrm_password',
  'ansible_psrp_password',
]);

/** Whether a variable likely holds a secret, by its name; its value is then not shown in messages. */
export function soundsSecret(name: string): boolean {
  return SECRET_VARIABLES.has(name) || /pass|secret|token|key|credential/i.test(name);
}

const KNOWN: ReadonlySet<string> = new Set<string>([
  ...Object.values(SETTINGS).flat(),
  ...NEEDLESS,
  ...UNUSED.keys(),
  ...SHELL,
  ...WINRM,
  ...PSRP,
]);

/** All names that mean something to garden, for suggestions. */
export const CONNECTION_VARIABLES: readonly string[] = [...KNOWN];

/** Whether a variable is one of Ansible's that garden takes as a setting. */
export function isConnectionVariable(name: string): boolean {
  return KNOWN.has(name);
}
