import type { Secret } from '../../model/secret.ts';

/** Where a WinRM server listens, and how its certificate is judged. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** Certificates of authorities, in PEM, in place of those that this machine trusts. */
  readonly authorities?: string | undefined;
  /** SHA-256 of the one certificate that is taken, in lower-case hexadecimal without colons. */
  readonly pin?: string | undefined;
  /** Take any certificate. */
  readonly ignoreCertificate?: boolean | undefined;
  /** A certificate and its key in PEM, for servers that know clients by them. */
  readonly client?: { readonly certificate: string; readonly key: Secret } | undefined;
}

/** `host:port`, for messages. */
export function where({ host, port }: Endpoint): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** The address that envelopes and requests name. */
export function url(endpoint: Endpoint): string {
  return `${endpoint.tls ? 'https' : 'http'}://${where(endpoint)}/wsman`;
}
