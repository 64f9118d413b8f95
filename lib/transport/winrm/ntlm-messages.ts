import { createHmac } from 'node:crypto';
import { Unreachable } from '../../model/errors.ts';
import { md4 } from './md4.ts';
import { Rc4 } from './rc4.ts';

/**
 * What we ask for (MS-NLMP 2.2.2.5): 56 and 128 bit keys, key exchange, version, target information, extended session
 * security, always sign, NTLM, seal, sign, request target, Unicode.
 */
const FLAGS = 0xe2888235;
/** Without these a message cannot be sealed: key exchange, 128 bit, extended session security, seal, sign. */
const SEALING_FLAGS = 0x60080030;
/** Windows 10, NTLM revision 15 (MS-NLMP 2.2.2.10). */
const VERSION = Buffer.from('0a0063450000000f', 'hex');
const SIGNATURE = Buffer.from('NTLMSSP\0', 'latin1');
const CHALLENGE_LENGTH = 48;
const AUTHENTICATE_LENGTH = 88;
const MIC_OFFSET = 72;

/** Kinds of attributes in the target information (MS-NLMP 2.2.2.1). */
const ATTRIBUTE = { end: 0, flags: 6, timestamp: 7, targetName: 9, channelBindings: 10 } as const;
const MIC_PRESENT = 2;
/** Between 1601, where a FILETIME begins, and 1970, in milliseconds. */
const FILETIME_EPOCH = 11_644_473_600_000n;

const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');

/** HMAC-MD5, NTLM's only keyed hash. */
export function hmacMd5(key: Buffer, ...data: readonly Buffer[]): Buffer {
  const hmac = createHmac('md5', key);
  for (const piece of data) hmac.update(piece);
  return hmac.digest();
}

/** Who logs in; the domain exactly as it is to be sent. */
export interface NtlmCredentials {
  readonly domain: string;
  readonly user: string;
  readonly password: string;
}

/** What a client must choose itself. Tests give it, to compare with vectors. */
export interface NtlmRandom {
  /** 8 bytes. */
  readonly clientChallenge: Buffer;
  /** 16 bytes: the key that all others are made of. */
  readonly exportedKey: Buffer;
  /** 8 bytes, a FILETIME; used where the server does not tell its own time. */
  readonly time: Buffer;
}

interface Attribute {
  readonly kind: number;
  readonly value: Buffer;
}

interface Challenge {
  readonly bytes: Buffer;
  readonly flags: number;
  readonly serverChallenge: Buffer;
  readonly attributes: readonly Attribute[];
}

/** This moment as a FILETIME. */
export function filetime(milliseconds: number): Buffer {
  const time = Buffer.alloc(8);
  time.writeBigUInt64LE((BigInt(milliseconds) + FILETIME_EPOCH) * 10_000n);
  return time;
}

/** The first message (MS-NLMP 2.2.1.1). */
export function negotiateMessage(): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(1, 0);
  head.writeUInt32LE(FLAGS, 4);
  return Buffer.concat([SIGNATURE, head, Buffer.alloc(16), VERSION]);
}

function parseAttributes(data: Buffer): readonly Attribute[] {
  const attributes: Attribute[] = [];
  for (let at = 0; at + 4 <= data.length; ) {
    const kind = data.readUInt16LE(at);
    const length = data.readUInt16LE(at + 2);
    if (kind === ATTRIBUTE.end) break;
    attributes.push({ kind, value: data.subarray(at + 4, at + 4 + length) });
    at += 4 + length;
  }
  return attributes;
}

/**
 * Reads the server's message (MS-NLMP 2.2.1.2).
 *
 * @throws Unreachable where it is none, or where it does not grant what sealing needs.
 */
export function parseChallenge(bytes: Buffer): Challenge {
  if (bytes.length < CHALLENGE_LENGTH || !bytes.subarray(0, 8).equals(SIGNATURE) || bytes.readUInt32LE(8) !== 2) {
    throw new Unreachable('the server’s answer is no NTLM challenge', { hint: 'is this really a WinRM server?' });
  }
  const flags = bytes.readUInt32LE(20);
  if ((flags & SEALING_FLAGS) >>> 0 !== SEALING_FLAGS) {
    throw new Unreachable('the server refuses NTLM with 128-bit sealing', {
      hint: 'its security policy must allow NTLMv2 session security with 128-bit encryption; Kerberos is another way',
    });
  }
  const offset = bytes.readUInt32LE(44);
  const attributes = parseAttributes(bytes.subarray(offset, offset + bytes.readUInt16LE(40)));
  return { bytes, flags, serverChallenge: bytes.subarray(24, 32), attributes };
}

/** As Windows does: code unit by code unit, so that ß stays what it is. */
function upperCase(text: string): string {
  return text
    .split('')
    .map((unit) => (unit.toUpperCase().length === 1 ? unit.toUpperCase() : unit))
    .join('');
}

/** The key of NTLMv2, NTOWFv2 (MS-NLMP 3.3.2). The domain is not put in upper case. */
export function ntlmKey({ domain, user, password }: NtlmCredentials): Buffer {
  return hmacMd5(md4(utf16(password)), utf16(upperCase(user) + domain));
}

function encodeAttributes(attributes: readonly Attribute[]): Buffer {
  return Buffer.concat(
    [...attributes, { kind: ATTRIBUTE.end, value: Buffer.alloc(0) }].map(({ kind, value }) => {
      const head = Buffer.alloc(4);
      head.writeUInt16LE(kind, 0);
      head.writeUInt16LE(value.length, 2);
      return Buffer.concat([head, value]);
    }),
  );
}

/**
 * The last message (MS-NLMP 2.2.1.3), with its integrity code over all three.
 *
 * @param options.channelBinding the hash for the certificate, where the connection is TLS
 * @param options.targetName e.g. `HTTP/server`
 */
export function authenticateMessage(
  credentials: NtlmCredentials,
  options: {
    readonly negotiate: Buffer;
    readonly challenge: Challenge;
    readonly random: NtlmRandom;
    readonly channelBinding?: Buffer | undefined;
    readonly targetName?: string | undefined;
  },
): Buffer {
  const { challenge, random } = options;
  const { serverChallenge } = challenge;
  const timestamp = challenge.attributes.find(({ kind }) => kind === ATTRIBUTE.timestamp)?.value;
  const attributes = [...challenge.attributes];
  const flags = Buffer.alloc(4);
  flags.writeUInt32LE(MIC_PRESENT);
  if (timestamp !== undefined) attributes.push({ kind: ATTRIBUTE.flags, value: flags });
  if (options.channelBinding) attributes.push({ kind: ATTRIBUTE.channelBindings, value: options.channelBinding });
  if (options.targetName) attributes.push({ kind: ATTRIBUTE.targetName, value: utf16(options.targetName) });

  const key = ntlmKey(credentials);
  const time = timestamp ?? random.time;
  const filler = Buffer.alloc(4);
  const head = Buffer.from('0101000000000000', 'hex');
  const temp = Buffer.concat([head, time, random.clientChallenge, filler, encodeAttributes(attributes), filler]);
  const proof = hmacMd5(key, serverChallenge, temp);
  const lanManager =
    timestamp === undefined
      ? Buffer.concat([hmacMd5(key, serverChallenge, random.clientChallenge), random.clientChallenge])
      : Buffer.alloc(24);
  const sessionKey = new Rc4(hmacMd5(key, proof)).update(random.exportedKey);

  const message = Buffer.alloc(AUTHENTICATE_LENGTH);
  SIGNATURE.copy(message);
  message.writeUInt32LE(3, 8);
  message.writeUInt32LE((challenge.flags & FLAGS) >>> 0, 60);
  VERSION.copy(message, 64);
  const answer = Buffer.concat([proof, temp]);
  const payload = [lanManager, answer, utf16(credentials.domain), utf16(credentials.user), Buffer.alloc(0), sessionKey];
  let offset = AUTHENTICATE_LENGTH;
  payload.forEach((field, index) => {
    message.writeUInt16LE(field.length, 12 + index * 8);
    message.writeUInt16LE(field.length, 14 + index * 8);
    message.writeUInt32LE(offset, 16 + index * 8);
    offset += field.length;
  });
  const whole = Buffer.concat([message, ...payload]);
  if (timestamp !== undefined) {
    hmacMd5(random.exportedKey, options.negotiate, challenge.bytes, whole).copy(whole, MIC_OFFSET);
  }
  return whole;
}
