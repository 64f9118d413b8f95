import type { Secret } from 'walled-garden';
import { netstream, quoted } from './netstream.ts';

export interface ClientParams {
  readonly mode: 'client';
  readonly tls: { readonly certificate: string; readonly key: Secret };
  readonly authority: string;
  readonly port: number;
  readonly server: string;
  readonly serverName: string;
}

/** rsyslog's configuration of the sending side: everything, with a queue on disk while the server is away. */
export function clientConfiguration({ port, server, serverName }: ClientParams, tlsFolder: string): string {
  return `# Managed by garden: sends a copy of every message to the central log.
${netstream(tlsFolder)}
action(
  type="omfwd"
  target=${quoted(server)}
  port="${port}"
  protocol="tcp"
  StreamDriver="gtls"
  StreamDriverMode="1"
  StreamDriverAuthMode="x509/name"
  StreamDriverPermittedPeers=${quoted(serverName)}
  template="RSYSLOG_SyslogProtocol23Format"
  queue.type="LinkedList"
  queue.filename="garden-forward"
  queue.maxDiskSpace="1g"
  queue.saveOnShutdown="on"
  action.resumeRetryCount="-1"
)
`;
}
