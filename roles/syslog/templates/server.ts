import type { Secret } from 'walled-garden';
import { netstream, quoted } from './netstream.ts';

export interface ServerParams {
  readonly mode: 'server';
  readonly tls: { readonly certificate: string; readonly key: Secret };
  readonly authority: string;
  readonly port: number;
  readonly folder: string;
  readonly clients: readonly string[];
}

/** rsyslog's configuration of the receiving side: imtcp(8) over the gtls driver, one folder a sender. */
export function serverConfiguration({ port, folder, clients }: ServerParams, tlsFolder: string): string {
  return `# Managed by garden: receives syslog over TLS.
${netstream(tlsFolder)}
module(
  load="imtcp"
  StreamDriver.Name="gtls"
  StreamDriver.Mode="1"
  StreamDriver.AuthMode="x509/name"
  PermittedPeer=[${clients.map(quoted).join(', ')}]
)

# A sender's name becomes a folder; secpath-replace leaves no slash in it.
template(name="gardenByHost" type="string" string=${quoted(`${folder}/%HOSTNAME:::secpath-replace%/messages.log`)})

ruleset(name="gardenRemote") {
  action(
    type="omfile"
    dynaFile="gardenByHost"
    dirCreateMode="0750"
    fileCreateMode="0640"
    dirGroup="adm"
    fileGroup="adm"
  )
}

input(type="imtcp" port="${port}" ruleset="gardenRemote")
`;
}
