import type { Secret } from '../model/secret.ts';

/** A certificate with its key, as PEM. */
export interface IssuedCertificate {
  readonly certificate: string;
  readonly key: Secret;
}

export interface CertificateRequest {
  /** The subject's common name; by convention the host's name. */
  readonly name: string;
  /** DNS names and IP addresses that the certificate is for. */
  readonly alternativeNames: readonly string[];
  /** How long it is valid; 397 days by default, the most that browsers take. */
  readonly days?: number;
}

/** An internal authority whose key never leaves the controller. */
export interface CertificateAuthority {
  /** Its own certificate, as PEM: what clients trust. */
  readonly certificate: string;
  /**
   * The certificate for a request. The same request gets the same certificate in every run, until less than a third of
   * its time is left; then a new one is made.
   */
  issue(request: CertificateRequest): Promise<IssuedCertificate>;
}

export interface AuthorityOptions {
  /** Where its key and what it has issued are kept, mode 0700; `.garden/ca/<name>` by default. */
  readonly folder?: string;
  /** How long the authority itself is valid, in days; ten years by default. */
  readonly days?: number;
}

/**
 * The internal authority of this name: made when it is first asked for, the same ever after.
 *
 * @throws GardenError where its folder cannot be read or written.
 */
export async function certificateAuthority(
  name: string,
  options: AuthorityOptions = {},
): Promise<CertificateAuthority> {
  // Loaded when it is needed: the X.509 library takes longer to start than all of garden.
  const { openAuthority } = await import('./x509-authority.ts');
  return openAuthority(name, options);
}
