import type { ConnectionSettings } from '../model/host.ts';
import { chooseTransport } from './choose.ts';
import type { Connection, Notice } from './transport.ts';

/**
 * Logs in to a host, by the transport that fits it.
 *
 * @param options.onChoice told why it is that transport, before it is tried
 * @throws Unreachable with the cause in words and what to do.
 */
export async function connect(
  settings: ConnectionSettings,
  options: { readonly notice: Notice; readonly signal?: AbortSignal; readonly onChoice?: (reason: string) => void },
): Promise<Connection> {
  const { transport, settings: chosen, reason } = await chooseTransport(settings, options.notice);
  options.onChoice?.(reason);
  return transport.connect(chosen, options);
}
