import type { ConnectionSettings } from '../model/host.ts';
import type { SshConfig } from './ssh-config.ts';

/** `-F file`, the only argument that ssh hands on to the ssh that logs in to a jump host. */
function configFileArguments(args: readonly string[]): string[] {
  for (const [index, argument] of args.entries()) {
    const file = args[index + 1];
    if (argument === '-F' && file !== undefined) return ['-F', file];
    if (/^-F./.test(argument)) return [argument];
  }
  return [];
}

/** `[user@]host[:port]` or `ssh://[user@]host[:port]`, as ProxyJump takes it (ssh_config(5)). */
export function parseDestination(text: string): Pick<ConnectionSettings, 'address' | 'user' | 'port'> {
  const match = /^(?:ssh:\/\/)?(?:(.*)@)?(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d+))?\/?$/.exec(text.trim());
  const [, user, bracketed, plain, port] = match ?? [];
  return {
    address: bracketed ?? plain ?? text,
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port: Number(port) }),
  };
}

/**
 * How to log in to the hop next to the destination, or undefined where there is none. The hops before it are given to it
 * as its own ProxyJump, as ssh does; a first hop follows what the configuration says for it.
 */
export function jumpSettings(config: SshConfig, settings: ConnectionSettings): ConnectionSettings | undefined {
  const hops = config.jumps;
  const last = hops.at(-1);
  if (last === undefined) return undefined;
  const before = hops.slice(0, -1);
  return {
    ...parseDestination(last),
    sshArguments: [
      ...configFileArguments(settings.sshArguments ?? []),
      ...(before.length === 0 ? [] : ['-J', before.join(',')]),
    ],
    acceptNewHostKeys: settings.acceptNewHostKeys,
    timeout: settings.timeout,
  };
}
