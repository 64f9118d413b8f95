import { directory, file, handler, packages, role, service, sh, task, waitFor } from 'walled-garden';
import { z } from 'zod';
import { authorityParam, certificateParams, portParam } from '../tls.ts';
import { configuration } from './templates/configuration.ts';

const hostName = z.string().regex(/^[A-Za-z0-9.-]+$/, 'only letters, digits, dots and hyphens');
const urlPath = z.string().regex(/^\/[A-Za-z0-9._~/-]*$/, 'a path such as /owa, of plain characters');

export const haproxyParams = z.strictObject({
  domain: hostName.describe('The name under which it is reached; requests for other names are refused'),
  tls: certificateParams,
  backends: z
    .array(
      z.strictObject({
        name: hostName.describe('Name in the logs, and the name in its certificate'),
        address: z.string().regex(/^[A-Za-z0-9.:-]+$/, 'a host name or an IP address'),
        port: portParam.default(443),
      }),
    )
    .min(1)
    .describe('The servers behind it, spoken to over TLS'),
  authority: authorityParam,
  paths: z.array(urlPath).min(1).describe('First path segments that may pass, e.g. /owa; everything else is refused'),
  healthPath: urlPath.default('/').describe('What is asked of the servers to see that they are well'),
});

/** HTTPS at the wall: TLS ends here, only listed paths pass, everything is logged. */
export const haproxy = role('haproxy', {
  description:
    'HAProxy as the only way in: TLS 1.2 and newer with elliptic curves, an allow-list of paths, every request in the log with its URL and its fate. The configuration is validated before it is put in place, and reloaded without dropping a connection.',
  params: haproxyParams,
  tasks({ params }) {
    const reload = handler('Reload HAProxy', [service({ name: 'haproxy', state: 'reloaded' }), reloaded()]);
    const root = { owner: 'root', group: 'root' };
    return [
      packages(['haproxy']),
      directory({ path: '/etc/haproxy/tls', mode: '0700', ...root }),
      task(
        'Trust the authority of the back ends',
        file({ path: '/etc/haproxy/tls/authority.pem', content: params.authority, mode: '0600', ...root }),
        { notify: reload },
      ),
      task(
        'Install the certificate and its key',
        file({
          path: '/etc/haproxy/tls/site.pem',
          content: () => params.tls.certificate + params.tls.key.reveal(),
          mode: '0600',
          ...root,
          sensitive: true,
        }),
        { notify: reload },
      ),
      task(
        'Configure HAProxy',
        file({
          path: '/etc/haproxy/haproxy.cfg',
          content: configuration(params),
          mode: '0644',
          ...root,
          validate: (temporary) => sh`haproxy -c -q -f ${temporary}`,
        }),
        { notify: reload },
      ),
      service({ name: 'haproxy', state: 'running', enabled: true }),
    ];
  },
});

/**
 * The unit's ExecReload only tells HAProxy to read its files. It does so a moment later, and writes its process id anew
 * when it could use them; then the new process takes over the sockets.
 */
function reloaded() {
  return waitFor('HAProxy serves with the new files', {
    script: sh`[ -e /run/haproxy.pid ] || exit 1
newer=$(find /etc/haproxy/haproxy.cfg /etc/haproxy/tls -newer /run/haproxy.pid) && [ -z "$newer" ] || {
  echo "HAProxy has not taken up: $newer" >&2
  exit 1
}
systemctl is-active --quiet haproxy`,
    timeout: '30s',
    every: '200ms',
  });
}
