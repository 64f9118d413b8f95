import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

const KEY_LENGTH = 32;
const NONCE_LENGTH = 12;
const TAG_LENGTH = 16;

/**
 * The one random key of a vault, from which the others are derived (HKDF with SHA-256, RFC 5869). Values are encrypted
 * by AES-256-GCM, each with a nonce of its own and its name as additional data, so that none can stand for another.
 */
export class DataKey {
  readonly #bytes: Uint8Array;
  readonly #value: Uint8Array;
  readonly #recipients: Uint8Array;

  /** @throws RangeError for another length than 32 bytes. */
  constructor(bytes: Uint8Array = randomBytes(KEY_LENGTH)) {
    if (bytes.length !== KEY_LENGTH) throw new RangeError(`a data key has ${KEY_LENGTH} bytes, not ${bytes.length}`);
    this.#bytes = bytes;
    const derive = (purpose: string) =>
      new Uint8Array(hkdfSync('sha256', bytes, '', `garden vault 1: ${purpose}`, KEY_LENGTH));
    this.#value = derive('values');
    this.#recipients = derive('recipients');
  }

  /** The key itself, to be wrapped. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Encrypts a value: nonce, ciphertext and tag, in base64. */
  seal(name: string, value: string): string {
    const nonce = randomBytes(NONCE_LENGTH);
    const cipher = createCipheriv('aes-256-gcm', this.#value, nonce, { authTagLength: TAG_LENGTH });
    cipher.setAAD(Buffer.from(name));
    const text = [cipher.update(value, 'utf8'), cipher.final()];
    return Buffer.concat([nonce, ...text, cipher.getAuthTag()]).toString('base64');
  }

  /** Decrypts what {@link seal} made for that name; undefined for anything else. */
  unseal(name: string, sealed: string): string | undefined {
    const bytes = Buffer.from(sealed, 'base64');
    if (bytes.length < NONCE_LENGTH + TAG_LENGTH || bytes.toString('base64') !== sealed) return undefined;
    const nonce = bytes.subarray(0, NONCE_LENGTH);
    const decipher = createDecipheriv('aes-256-gcm', this.#value, nonce, { authTagLength: TAG_LENGTH });
    decipher.setAAD(Buffer.from(name));
    decipher.setAuthTag(bytes.subarray(-TAG_LENGTH));
    const text = decipher.update(bytes.subarray(NONCE_LENGTH, -TAG_LENGTH));
    try {
      return Buffer.concat([text, decipher.final()]).toString('utf8');
    } catch {
      return undefined;
    }
  }

  /** A code that only who has the key can make: for whom the key was wrapped. */
  authenticate(recipients: readonly string[]): string {
    const text = [...recipients].sort().join('\n');
    return createHmac('sha256', this.#recipients).update(text).digest('base64');
  }

  /** Whether a code was made by {@link authenticate} for just these. */
  isAuthentic(recipients: readonly string[], code: string): boolean {
    const [right, given] = [Buffer.from(this.authenticate(recipients)), Buffer.from(code)];
    return right.length === given.length && timingSafeEqual(right, given);
  }
}
