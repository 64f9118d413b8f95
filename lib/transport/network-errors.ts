import { Unreachable } from '../model/errors.ts';
import { errorCode, errorText } from '../model/thrown.ts';

/** Says in words why a TCP connection could not be made. `where` is `host:port`. */
export function explainNetworkError(error: unknown, where: string): Unreachable {
  const host = where.replace(/:\d+$/, '');
  switch (errorCode(error)) {
    case 'ENOTFOUND':
      return new Unreachable(`${where}: the name ${host} cannot be resolved`, {
        hint: 'check the name, or give the address (ansible_host)',
        cause: error,
      });
    case 'EAI_AGAIN':
      return new Unreachable(`${where}: no name server answers for ${host}`, {
        hint: 'check this machine’s resolver, or give the address (ansible_host)',
        cause: error,
      });
    case 'ECONNREFUSED':
      return new Unreachable(`${where}: connection refused`, {
        hint: 'the host is up, but nothing listens there: is sshd running, and is this its port?',
        cause: error,
      });
    case 'ETIMEDOUT':
      return new Unreachable(`${where}: no answer in time`, { hint: HINT_SILENT, cause: error });
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return new Unreachable(`${where}: no route to the host`, {
        hint: 'is the host up, and is there a route (or VPN) to its network?',
        cause: error,
      });
    case 'ECONNRESET':
    case 'EPIPE':
      return new Unreachable(`${where}: the connection was reset`, {
        hint: 'a firewall in between, or an sshd that takes no more log-ins (MaxStartups)',
        cause: error,
      });
    case 'EACCES':
    case 'EPERM':
      return new Unreachable(`${where}: this machine may not connect there`, {
        hint: 'a firewall rule of this machine forbids it',
        cause: error,
      });
    default:
      return new Unreachable(`${where}: ${errorText(error)}`, { hint: 'try the same with: ssh -v', cause: error });
  }
}

/** What to do about a host that does not answer at all. */
export const HINT_SILENT = 'is the host up, and does a firewall drop the packets? A longer timeout helps a slow one';
