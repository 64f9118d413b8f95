import { directory, file, handler, packages, role, service, task } from 'walled-garden';
import { z } from 'zod';
import { certificateParams, portParam } from '../tls.ts';
import { siteConfiguration } from './templates/site.ts';

export const webStandInParams = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9.-]+$/)
    .describe('What it calls itself in its answers'),
  tls: certificateParams,
  port: portParam.default(443),
});

/** A small HTTPS server that answers for Exchange in a rehearsal, where there is no Windows. */
export const webStandIn = role('web-stand-in', {
  description:
    'nginx answering every path over TLS with its own name and the path: something to put a proxy in front of.',
  params: webStandInParams,
  tasks({ params }) {
    const reload = handler('Reload nginx', service({ name: 'nginx', state: 'reloaded' }));
    const root = { owner: 'root', group: 'root' };
    return [
      packages(['nginx-light']),
      directory({ path: '/etc/nginx/tls', mode: '0700', ...root }),
      task(
        'Install the certificate and its key',
        file({
          path: '/etc/nginx/tls/site.pem',
          content: () => params.tls.certificate + params.tls.key.reveal(),
          mode: '0600',
          ...root,
          sensitive: true,
        }),
        { notify: reload },
      ),
      task(
        'Configure the site',
        file({ path: '/etc/nginx/conf.d/stand-in.conf', content: siteConfiguration(params), mode: '0644', ...root }),
        { notify: reload },
      ),
      service({ name: 'nginx', state: 'running', enabled: true }),
    ];
  },
});
