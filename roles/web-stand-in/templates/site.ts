import type { z } from 'zod';
import type { webStandInParams } from '../index.ts';

/** One nginx server that answers every path with its name and the path. */
export function siteConfiguration({ name, port }: z.output<typeof webStandInParams>): string {
  return `# Managed by garden.
server {
  listen ${port} ssl default_server;
  server_name _;
  ssl_certificate /etc/nginx/tls/site.pem;
  ssl_certificate_key /etc/nginx/tls/site.pem;
  ssl_protocols TLSv1.2 TLSv1.3;
  default_type text/plain;
  location / {
    return 200 "${name} $uri\\n";
  }
}
`;
}
