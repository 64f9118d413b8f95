import type { ConnectionSettings } from '../model/host.ts';
import { chooseTransport } from './choose.ts';
import type { Connection, Notice } from './transport.ts';

/**
 * Logs in to a host, by the transport that fits it.
 *
 * @throws Unreachable with the cause in words and what to do.
 */
export async function connect(
  settings: ConnectionSettings,
  options: { readonly notice: Notice; readonly signal?: AbortSignal },
): Promise<Connection> {
  const { transport, settings: chosen } = await chooseTransport(settings, options.notice);
  return transport.connect(chosen, options);
}
