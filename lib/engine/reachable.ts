import { UsageError } from '../model/errors.ts';
import type { PlayHosts } from './validate.ts';

/**
 * Refuses a run on hosts that garden cannot talk to yet; that they are in the inventory does no harm.
 *
 * @throws UsageError that names them.
 */
export function refuseUnreachable(plays: readonly PlayHosts[]): void {
  const windows = plays.flatMap(({ hosts }) => hosts.filter(({ connection }) => connection.transport === 'winrm'));
  const names = [...new Set(windows.map(({ name }) => name))];
  if (names.length === 0) return;
  throw new UsageError([
    {
      where: names.slice(0, 5).join(', ') + (names.length > 5 ? ` and ${names.length - 5} more` : ''),
      message: 'ansible_connection is winrm: this version of garden speaks SSH only',
      hint: 'leave the Windows hosts out of the run for now: -l all:!windows',
    },
  ]);
}
