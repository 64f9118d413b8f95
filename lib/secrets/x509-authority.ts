import { errorCode } from '../model/thrown.ts';
import 'reflect-metadata';
import { createHash, randomBytes, webcrypto } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { GardenError } from '../model/errors.ts';
import { Secret } from '../model/secret.ts';
import type {
  AuthorityOptions,
  CertificateAuthority,
  CertificateRequest,
  IssuedCertificate,
} from './certificate-authority.ts';
import { writePrivate } from './private-file.ts';

x509.cryptoProvider.set(webcrypto);

/** Elliptic curve P-384 with SHA-384: what every TLS 1.2 and 1.3 stack of today knows. */
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' } as const;
const DAY = 86_400_000;
/** Clocks differ: a certificate is valid from a little before it was made. */
const BACKDATED = DAY / 24;

/** Reads a file that may not be there. */
async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw new GardenError(`${path} cannot be read`, { cause: error, hint: 'see whose it is and that it may be read' });
  }
}

async function newKey(): Promise<{ keys: webcrypto.CryptoKeyPair; pem: string }> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const bytes = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { keys, pem: `${x509.PemConverter.encode(bytes, 'PRIVATE KEY')}\n` };
}

async function readKey(pem: string): Promise<webcrypto.CryptoKey> {
  return webcrypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(pem), ALGORITHM, false, ['sign']);
}

function validity(days: number): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(Date.now() - BACKDATED), notAfter: new Date(Date.now() + days * DAY) };
}

/** Positive, random and at most 20 bytes long (RFC 5280, 4.1.2.2). */
function serialNumber(): string {
  return `01${randomBytes(16).toString('hex')}`;
}

class FileAuthority implements CertificateAuthority {
  readonly certificate: string;
  readonly #folder: string;
  readonly #key: webcrypto.CryptoKey;
  readonly #own: x509.X509Certificate;
  readonly #issuing = new Map<string, Promise<IssuedCertificate>>();

  constructor(folder: string, certificate: string, key: webcrypto.CryptoKey) {
    this.certificate = certificate;
    this.#folder = folder;
    this.#key = key;
    this.#own = new x509.X509Certificate(certificate);
  }

  issue(request: CertificateRequest): Promise<IssuedCertificate> {
    const identity = JSON.stringify([
      request.name,
      [...request.alternativeNames].sort(),
      request.days,
      this.#own.serialNumber,
    ]);
    const id = createHash('sha256').update(identity).digest('hex').slice(0, 16);
    const known = this.#issuing.get(id);
    if (known) return known;
    const made = this.#keptOrNew(join(this.#folder, id), request);
    this.#issuing.set(id, made);
    return made;
  }

  async #keptOrNew(path: string, request: CertificateRequest): Promise<IssuedCertificate> {
    // One file for both, so that a certificate can never stand beside another's key.
    const kept = await readIfThere(`${path}.pem`);
    const [certificate, key] = kept?.split(/(?=-----BEGIN PRIVATE KEY-----)/) ?? [];
    if (certificate && key && isFresh(new x509.X509Certificate(certificate)))
      return { certificate, key: new Secret(key) };
    const made = await this.#sign(request);
    await writePrivate(`${path}.pem`, made.certificate + made.key.reveal());
    return made;
  }

  async #sign({ name, alternativeNames, days = 397 }: CertificateRequest): Promise<IssuedCertificate> {
    const { keys, pem } = await newKey();
    const names = alternativeNames.map(
      (value): x509.JsonGeneralName => ({ type: isAddress(value) ? 'ip' : 'dns', value }),
    );
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      subject: [{ CN: [name] }],
      issuer: this.#own.subject,
      ...validity(days),
      publicKey: keys.publicKey,
      signingKey: this.#key,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
        new x509.SubjectAlternativeNameExtension(names),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
        await x509.AuthorityKeyIdentifierExtension.create(this.#own),
      ],
    });
    return { certificate: `${certificate.toString('pem')}\n`, key: new Secret(pem) };
  }
}

function isAddress(value: string): boolean {
  return /^[\d.]+$/.test(value) || value.includes(':');
}

function isFresh({ notBefore, notAfter }: x509.X509Certificate): boolean {
  const left = notAfter.getTime() - Date.now();
  return left > (notAfter.getTime() - notBefore.getTime()) / 3;
}

async function create(name: string, folder: string, days: number): Promise<{ certificate: string; key: string }> {
  const { keys, pem } = await newKey();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ CN: [name] }],
    ...validity(days),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const made = { certificate: `${certificate.toString('pem')}\n`, key: pem };
  await writePrivate(join(folder, 'authority.pem'), made.certificate + made.key);
  return made;
}

/** Opens the authority of this name, or makes it: see `certificateAuthority`. */
export async function openAuthority(name: string, options: AuthorityOptions): Promise<CertificateAuthority> {
  const folder = options.folder ?? join('.garden', 'ca', name.replace(/[^A-Za-z0-9_-]+/g, '-'));
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const kept = await readIfThere(join(folder, 'authority.pem'));
  const [certificate, key] = kept?.split(/(?=-----BEGIN PRIVATE KEY-----)/) ?? [];
  const own = certificate && key ? { certificate, key } : await create(name, folder, options.days ?? 3650);
  return new FileAuthority(folder, own.certificate, await readKey(own.key));
}
