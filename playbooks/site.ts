// The garden as far as it goes today: a central log, two web servers, and the proxies that are the only way to them.
import { certificateAuthority, type Host, type PlayContext, play, playbook } from 'walled-garden';
import { haproxy, syslog, webStandIn } from 'walled-garden/roles';

const DOMAIN = 'mail.garden.test';
const PATHS = ['/owa', '/microsoft-server-activesync', '/rpc', '/mapi', '/autodiscover', '/ews', '/oab'];

const authority = await certificateAuthority('garden');

/** A certificate for a host, with its own name and others that it answers to. */
function certificateFor({ name, address }: Host, ...names: readonly string[]) {
  return authority.issue({ name, alternativeNames: [name, address, ...names] });
}

function logServer({ inventory }: PlayContext): Host {
  const [first] = inventory.hosts('syslog');
  if (!first) throw new Error('the inventory has no host in the group "syslog"');
  return first;
}

async function forwarding(context: PlayContext) {
  const server = logServer(context);
  return {
    mode: 'client' as const,
    tls: await certificateFor(context.host),
    authority: authority.certificate,
    server: server.address,
    serverName: server.name,
  };
}

export default playbook('Walled garden', [
  play('Central log', {
    hosts: 'syslog',
    become: true,
    roles: [
      syslog(async ({ host, inventory }) => ({
        mode: 'server',
        tls: await certificateFor(host),
        authority: authority.certificate,
        clients: inventory.hosts('all:!syslog').map(({ name }) => name),
      })),
    ],
  }),
  play('Web servers', {
    hosts: 'backends',
    become: true,
    roles: [syslog(forwarding), webStandIn(async ({ host }) => ({ name: host.name, tls: await certificateFor(host) }))],
  }),
  play('Proxies', {
    hosts: 'proxies',
    become: true,
    serial: 1,
    roles: [
      syslog(forwarding),
      haproxy(async ({ host, inventory }) => ({
        domain: DOMAIN,
        tls: await certificateFor(host, DOMAIN),
        authority: authority.certificate,
        paths: PATHS,
        backends: inventory.hosts('backends').map(({ name, address }) => ({ name, address })),
      })),
    ],
  }),
]);
