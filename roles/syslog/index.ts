import { directory, file, handler, packages, role, service, sh, type TaskLike, task } from 'walled-garden';
import { z } from 'zod';
import { authorityParam, certificateParams, portParam } from '../tls.ts';
import { type ClientParams, clientConfiguration } from './templates/client.ts';
import { type ServerParams, serverConfiguration } from './templates/server.ts';

/** Where the keys are; rsyslog runs as root, nobody else needs them. */
const TLS_FOLDER = '/etc/rsyslog.tls';

const common = {
  tls: certificateParams,
  authority: authorityParam,
  port: portParam.default(6514).describe('Port for syslog over TLS (RFC 5425)'),
};

const server = z.strictObject({
  mode: z.literal('server').describe('Receives the messages of others'),
  ...common,
  folder: z
    .string()
    .startsWith('/')
    .default('/var/log/remote')
    .describe('Where the messages are written, a folder a host'),
  clients: z.array(z.string()).min(1).describe("Names in the certificates of those who may send, e.g. ['proxy-east']"),
});

const client = z.strictObject({
  mode: z.literal('client').describe('Sends a copy of everything to a server'),
  ...common,
  server: z.string().min(1).describe('Address of the server'),
  serverName: z.string().min(1).describe("The name in the server's certificate"),
});

/** Central logging: one host receives over TLS, the others send it a copy of all they log. */
export const syslog = role('syslog', {
  description:
    'A central rsyslog that receives over TLS with certificates on both sides, and clients that forward to it, with a queue on disk for when it is away.',
  params: z.discriminatedUnion('mode', [server, client]),
  tasks({ params }) {
    const restart = handler('Restart rsyslog', service({ name: 'rsyslog', state: 'restarted' }));
    return [
      packages(['rsyslog', 'rsyslog-gnutls']),
      directory({ path: TLS_FOLDER, mode: '0700', owner: 'root', group: 'root' }),
      ...tlsFiles(params).map((each) => task(each.name, each.file, { notify: restart })),
      ...(params.mode === 'server' ? serverTasks(params, restart) : clientTasks(params, restart)),
      service({ name: 'rsyslog', state: 'running', enabled: true }),
    ];
  },
});

function tlsFiles({ tls, authority }: ServerParams | ClientParams) {
  const place = (name: string) => ({ path: `${TLS_FOLDER}/${name}`, mode: '0600', owner: 'root', group: 'root' });
  return [
    { name: 'Trust the authority', file: file({ ...place('authority.pem'), content: authority }) },
    { name: 'Install the certificate', file: file({ ...place('certificate.pem'), content: tls.certificate }) },
    { name: 'Install the key', file: file({ ...place('key.pem'), content: () => tls.key.reveal(), sensitive: true }) },
  ];
}

type Restart = ReturnType<typeof handler>;

function serverTasks(params: ServerParams, restart: Restart): readonly TaskLike[] {
  return [
    directory({ path: params.folder, mode: '0750', owner: 'root', group: 'adm' }),
    configuration('Receive over TLS', '10-garden-server.conf', serverConfiguration(params, TLS_FOLDER), restart),
  ];
}

function clientTasks(params: ClientParams, restart: Restart): readonly TaskLike[] {
  // Before the packages' own files: Debian's haproxy ends the processing of its messages in 49-haproxy.conf.
  return [configuration('Forward over TLS', '10-garden-client.conf', clientConfiguration(params, TLS_FOLDER), restart)];
}

function configuration(name: string, fileName: string, content: string, restart: Restart): TaskLike {
  const path = `/etc/rsyslog.d/${fileName}`;
  const validate = (temporary: string) => sh`rsyslogd -N 1 -f ${temporary}`;
  return task(name, file({ path, content, mode: '0644', owner: 'root', group: 'root', validate }), { notify: restart });
}
