import type { z } from 'zod';
import type { haproxyParams } from '../index.ts';

type Params = z.output<typeof haproxyParams>;

/** Elliptic-curve key exchange with authenticated encryption, and nothing else (TLS 1.2). */
const CIPHERS = [
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
].join(':');

const CIPHER_SUITES = 'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256';

/** One JSON object a request: who, what, when, which server, how it ended and why it was refused. */
const LOG_FORMAT = [
  '{"client":"%ci","port":%cp,"time":"%tr","server":"%s","status":%ST,"bytes":%B,"end":"%ts"',
  '"ms":{"request":%TR,"connect":%Tc,"response":%Tr,"all":%Ta}',
  '"method":"%HM","url":%{+Q,+E}HU,"host":%{+Q,+E}[capture.req.hdr(0)],"agent":%{+Q,+E}[capture.req.hdr(1)]',
  '"tls":"%sslv","cipher":"%sslc","denied":%{+Q,+E}[var(txn.denied)]}',
].join(',');

function server({ name, address, port }: Params['backends'][number]): string {
  return `    server ${name} ${address}:${port} verifyhost ${name}`;
}

/** haproxy.cfg, for HAProxy 2.6 (Debian 12) and newer. */
export function configuration({ domain, paths, backends, healthPath }: Params): string {
  return `# Managed by garden.
global
    log /dev/log local0
    log /dev/log local1 notice
    chroot /var/lib/haproxy
    stats socket /run/haproxy/admin.sock mode 660 level admin expose-fd listeners
    user haproxy
    group haproxy
    daemon
    ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets
    ssl-default-bind-ciphers ${CIPHERS}
    ssl-default-bind-ciphersuites ${CIPHER_SUITES}
    ssl-default-bind-curves X25519:P-384:P-256
    ssl-default-server-options ssl-min-ver TLSv1.2
    ca-base /etc/haproxy/tls
    crt-base /etc/haproxy/tls

defaults
    log global
    mode http
    option httplog
    option dontlognull
    # NTLM and Negotiate authenticate a connection, so no two users may share one.
    http-reuse never
    timeout connect 5s
    timeout http-request 15s
    # ActiveSync and MAPI hold requests open for their notifications.
    timeout client 60m
    timeout server 60m
    timeout tunnel 60m

frontend https
    bind :80
    bind :443 ssl crt site.pem alpn http/1.1
    http-request redirect scheme https code 301 unless { ssl_fc }
    capture request header Host len 120
    capture request header User-Agent len 200
    log-format '${LOG_FORMAT}'

    # What tries to look like another path: dot segments, encoded slashes and dots, double encoding, backslashes.
    acl evades path,url_dec -m reg (^|/)\\.\\.?(/|$)
    acl evades path -m reg -i %(2e|2f|5c|25|00)
    acl evades path -m sub \\\\
    acl evades path -m sub //
    acl known_host req.hdr(host),field(1,:),lower -m str ${domain.toLowerCase()}
    acl listed ${allowList(paths)}

    http-request set-var(txn.denied) str(evasion) if evades
    http-request set-var(txn.denied) str(host) if !{ var(txn.denied) -m found } !known_host
    http-request set-var(txn.denied) str(path) if !{ var(txn.denied) -m found } !listed
    http-request deny deny_status 403 if { var(txn.denied) -m found }
    http-response set-header Strict-Transport-Security "max-age=31536000"
    default_backend servers

backend servers
    balance source
    option httpchk
    http-check send meth GET uri ${healthPath} ver HTTP/1.1 hdr Host ${domain}
    http-check expect rstatus ^[23]
    default-server ssl verify required ca-file authority.pem check inter 3s fall 2 rise 1
${backends.map(server).join('\n')}
`;
}

/** A path passes when it is a listed one or lies below it; IIS knows no case in paths, so neither does the list. */
function allowList(paths: readonly string[]): string {
  const escaped = paths.map((path) => path.replace(/\/+$/, '').replace(/[.]/g, '\\$&'));
  return `path -m reg -i ^(${escaped.join('|')})(/|$)`;
}
