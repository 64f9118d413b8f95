import { createHash } from 'node:crypto';
import { type DerElement, readDer } from './der.ts';

/** Hashes of the signature algorithms that certificates carry, by object identifier in hexadecimal DER. */
const HASHES: ReadonlyMap<string, string> = new Map([
  ['2a864886f70d01010b', 'sha256'], // sha256WithRSAEncryption
  ['2a864886f70d01010c', 'sha384'],
  ['2a864886f70d01010d', 'sha512'],
  ['2a864886f70d01010e', 'sha224'],
  ['2a8648ce3d040301', 'sha224'], // ecdsa-with-SHA224
  ['2a8648ce3d040302', 'sha256'],
  ['2a8648ce3d040303', 'sha384'],
  ['2a8648ce3d040304', 'sha512'],
  ['608648016503040201', 'sha256'], // the hash itself, as RSA-PSS names it
  ['608648016503040202', 'sha384'],
  ['608648016503040203', 'sha512'],
]);
const RSA_PSS = '2a864886f70d01010a';

function identifier(algorithm: DerElement | undefined): string {
  return algorithm?.children()[0]?.value.toString('hex') ?? '';
}

/**
 * The hash that a certificate was signed with, `sha256` in place of MD5, SHA-1 and those that have no single one
 * (RFC 5929, section 4.1). Node does not tell it, so it is read from the certificate.
 *
 * @throws Error where the bytes are no certificate.
 */
function signatureHash(certificate: Buffer): string {
  const algorithm = readDer(certificate).children()[1];
  const name = identifier(algorithm);
  if (name !== RSA_PSS) return HASHES.get(name) ?? 'sha256';
  const hash = algorithm
    ?.children()[1]
    ?.children()
    .find(({ tag }) => tag === 0xa0);
  return HASHES.get(identifier(hash?.children()[0])) ?? 'sha256';
}

/** What binds a log-in to the TLS connection that it was made on: `tls-server-end-point` of a certificate in DER (RFC 5929). */
export function endPointBinding(certificate: Buffer): Buffer {
  const hash = createHash(signatureHash(certificate)).update(certificate).digest();
  return Buffer.concat([Buffer.from('tls-server-end-point:'), hash]);
}

/** The same as NTLM wants it: the MD5 of a `gss_channel_bindings_struct` without addresses. */
export function ntlmBinding(binding: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(binding.length);
  return createHash('md5').update(Buffer.alloc(16)).update(length).update(binding).digest();
}
