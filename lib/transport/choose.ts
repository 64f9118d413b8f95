import { access, readFile } from 'node:fs/promises';
import { Unreachable, UsageError } from '../model/errors.ts';
import type { ConnectionSettings, TransportName } from '../model/host.ts';
import { HostKeys } from './host-key.ts';
import { jumpSettings } from './jump.ts';
import { localTransport } from './local.ts';
import { opensshTransport } from './openssh.ts';
import { sshTransport } from './ssh.ts';
import { expandHome, resolveSshConfig, type SshConfig } from './ssh-config.ts';
import type { Notice, Transport } from './transport.ts';

const BY_NAME: Readonly<Partial<Record<TransportName, Transport>>> = {
  ssh: sshTransport,
  openssh: opensshTransport,
  local: localTransport,
};

/** Keywords that, set at all, ask for something that node-ssh cannot do; what that is, in words. */
const BEYOND_NODE_SSH = {
  proxycommand: 'ProxyCommand is set',
  pkcs11provider: 'PKCS11Provider is set',
  knownhostscommand: 'KnownHostsCommand is set',
  revokedhostkeys: 'RevokedHostKeys is set',
  certificatefile: 'CertificateFile is set',
} as const;

/** Keywords that do so when they are on. */
const BEYOND_NODE_SSH_WHEN_ON = {
  proxyusefdpass: 'ProxyUseFdpass is on',
  hostbasedauthentication: 'HostbasedAuthentication is on',
  verifyhostkeydns: 'VerifyHostKeyDNS is on',
} as const;

export interface Choice {
  readonly transport: Transport;
  /** The settings with the transport filled in. */
  readonly settings: ConnectionSettings;
  /** In words, for `-v`. */
  readonly reason: string;
}

/**
 * Decides how a host is reached: as the settings say, else by node-ssh, unless `ssh -G` shows something for the
 * host or one of its jump hosts that only the system's ssh can do.
 *
 * @throws Unreachable where ssh refuses its configuration; UsageError for a transport that there is not yet.
 */
export async function chooseTransport(settings: ConnectionSettings, notice: Notice): Promise<Choice> {
  const choice = (transport: Transport, reason: string): Choice => {
    notice('debug', `${settings.address}: by ${transport.name}, since ${reason}`);
    return { transport, settings: { ...settings, transport: transport.name }, reason };
  };
  if (settings.transport !== undefined) {
    const transport = BY_NAME[settings.transport];
    if (transport === undefined)
      throw new UsageError(`${settings.address} is reached by ${settings.transport}, which garden does not speak`);
    return choice(transport, 'the inventory asks for it');
  }
  const { hasSsh } = await resolveSshConfig(settings);
  if (!hasSsh) return choice(sshTransport, 'this machine has no ssh whose configuration could be asked');
  const need = await whatNeedsOpenSsh(settings, 0);
  return need === undefined
    ? choice(sshTransport, 'ssh -G shows nothing that it could not do')
    : choice(opensshTransport, need);
}

async function whatNeedsOpenSsh(settings: ConnectionSettings, depth: number): Promise<string | undefined> {
  if (depth > 8) {
    throw new Unreachable(`${settings.address}: ProxyJump goes round in circles`, { hint: 'see: ssh -G' });
  }
  const { config } = await resolveSshConfig(settings);
  const own =
    fromKeywords(config) ??
    (await fromIdentities(config)) ??
    (await fromKerberos(config, settings)) ??
    (await fromCertificateAuthority(config));
  if (own !== undefined) return depth === 0 ? own : `${own} for the jump host ${config.alias}`;
  const hop = jumpSettings(config, settings);
  return hop && whatNeedsOpenSsh(hop, depth + 1);
}

function fromKeywords(config: SshConfig): string | undefined {
  for (const [keyword, reason] of Object.entries(BEYOND_NODE_SSH)) {
    if (config.get(keyword) !== undefined) return reason;
  }
  for (const [keyword, reason] of Object.entries(BEYOND_NODE_SSH_WHEN_ON)) {
    if (config.isOn(keyword)) return reason;
  }
  const provider = config.get('securitykeyprovider');
  if (provider !== undefined && provider !== 'internal' && !provider.startsWith('$'))
    return 'SecurityKeyProvider is set';
  return undefined;
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

async function fromIdentities(config: SshConfig): Promise<string | undefined> {
  for (const file of config.identityFiles) {
    if (await exists(`${file}-cert.pub`)) return `there is a certificate beside ${file}`;
    const text = await readFile(file, 'utf8').catch(() => '');
    if (isHardwareKey(text)) return `${file} is a key of a hardware token`;
  }
  return undefined;
}

/** Whether a private key file only points to a FIDO token (its public part names the type `sk-…`). */
function isHardwareKey(text: string): boolean {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([^-]+)-----END/.exec(text)?.[1];
  return body !== undefined && /sk-(ssh|ecdsa)-/.test(Buffer.from(body, 'base64').toString('latin1'));
}

/** GSSAPI is on by default in some distributions, so it counts only where there is nothing else to log in with. */
async function fromKerberos(config: SshConfig, settings: ConnectionSettings): Promise<string | undefined> {
  if (!config.isOn('gssapiauthentication')) return undefined;
  if (settings.password !== undefined || settings.privateKeyFile !== undefined) return undefined;
  if (config.agentSocket !== undefined) return undefined;
  const keys = await Promise.all(config.identityFiles.map((file) => exists(expandHome(file))));
  return keys.includes(true) ? undefined : 'GSSAPIAuthentication is on and there is no key';
}

async function fromCertificateAuthority(config: SshConfig): Promise<string | undefined> {
  // The policy does not matter here, only which lines stand for the host.
  const authority = (await HostKeys.read(config, { acceptNew: false, notice: () => {} })).certificateAuthority;
  return authority && `a certificate authority is known for its host key (${authority.file}:${authority.line})`;
}
