import { createHash } from 'node:crypto';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { Unreachable } from '../../model/errors.ts';
import { errorCode, errorText } from '../../model/thrown.ts';
import { explainNetworkError } from '../network-errors.ts';
import { type Endpoint, where } from './endpoint.ts';

/** A connection to a server, and its certificate in DER where it is TLS. */
export interface OpenSocket {
  readonly socket: Socket;
  readonly certificate: Buffer | undefined;
}

const sha256 = (data: Buffer): string => createHash('sha256').update(data).digest('hex');

/**
 * Connects to a server and judges its certificate: by authorities, or by its fingerprint.
 *
 * @throws Unreachable with the cause in words and what to do.
 */
export async function openSocket(endpoint: Endpoint, signal: AbortSignal): Promise<OpenSocket> {
  const socket = connectTcp({ host: endpoint.host, port: endpoint.port, noDelay: true, keepAlive: true });
  try {
    await settled(socket, 'connect', signal);
    if (!endpoint.tls) return { socket, certificate: undefined };
    const secure = startTls(socket, endpoint);
    await settled(secure, 'secureConnect', signal);
    const certificate = secure.getPeerCertificate().raw;
    if (endpoint.pin !== undefined && sha256(certificate) !== endpoint.pin) throw wrongPin(endpoint, certificate);
    return { socket: secure, certificate };
  } catch (error) {
    socket.destroy();
    throw explain(error, endpoint);
  }
}

function startTls(socket: Socket, endpoint: Endpoint): TLSSocket {
  const { client, authorities, host } = endpoint;
  return connectTls({
    socket,
    host,
    ...(isIP(host) === 0 && { servername: host }),
    ...(authorities !== undefined && { ca: authorities }),
    ...(client && { cert: client.certificate, key: client.key.reveal() }),
    rejectUnauthorized: endpoint.pin === undefined && endpoint.ignoreCertificate !== true,
  });
}

function settled(socket: Socket, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => socket.destroy(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' }));
    const ended = () => reject(Object.assign(new Error('the connection was reset'), { code: 'ECONNRESET' }));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    socket.once(event, () => {
      signal.removeEventListener('abort', stop);
      socket.off('close', ended);
      resolve();
    });
    socket.on('error', reject); // It stays, so that no later error is unheard.
    socket.once('close', ended);
  });
}

function wrongPin(endpoint: Endpoint, certificate: Buffer): Unreachable {
  return new Unreachable(`${where(endpoint)}: the server’s certificate is not the one that is expected`, {
    hint: `its SHA-256 is ${sha256(certificate)}; take that only if you know that the server’s certificate was renewed`,
  });
}

/** What OpenSSL calls certificates that nobody vouches for. */
const UNKNOWN_ISSUER: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Says in words why there is no connection. */
function explain(error: unknown, endpoint: Endpoint): Unreachable {
  if (error instanceof Unreachable) return error;
  const code = errorCode(error) ?? '';
  const fail = (text: string, hint: string) => new Unreachable(`${where(endpoint)}: ${text}`, { hint, cause: error });
  if (UNKNOWN_ISSUER.has(code)) {
    return fail(
      'no trusted authority has signed the server’s certificate',
      'name the authority’s file, or the SHA-256 fingerprint of the certificate',
    );
  }
  if (code === 'CERT_HAS_EXPIRED') return fail('the server’s certificate has expired', 'renew it on the server');
  if (code === 'CERT_NOT_YET_VALID') {
    return fail('the server’s certificate is not valid yet', 'do the clocks of both machines agree?');
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return fail('the server’s certificate is for another name', `use a name that it has: ${errorText(error)}`);
  }
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || (code === 'EPROTO' && /wrong version/i.test(errorText(error)))) {
    return fail('the server does not speak TLS on this port', 'port 5985 is WinRM over plain HTTP, 5986 over TLS');
  }
  if (/ALERT|HANDSHAKE|CERTIFICATE|ERR_SSL/i.test(code)) {
    return fail(
      `TLS failed: ${errorText(error)}`,
      'does the server take this client certificate and this TLS version?',
    );
  }
  if (code === 'ECONNREFUSED') {
    return fail('connection refused', 'is WinRM enabled there (winrm quickconfig), with a listener on this port?');
  }
  if (code === 'ECONNRESET') {
    return fail('the connection was reset', 'a firewall in between, or a listener without a certificate');
  }
  const other = explainNetworkError(error, where(endpoint));
  return /ssh/.test(other.hint ?? '') ? new Unreachable(other.message, { cause: error }) : other;
}
