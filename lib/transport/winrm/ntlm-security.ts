import { createHash, timingSafeEqual } from 'node:crypto';
import { ConnectionLost } from '../../model/errors.ts';
import { hmacMd5 } from './ntlm-messages.ts';
import { Rc4 } from './rc4.ts';
import type { MessageSecurity, SealedPiece } from './sealed-body.ts';

const SIGNATURE_LENGTH = 16;

/** Which of the two sides a direction starts from. */
type Direction = 'client-to-server' | 'server-to-client';

/** One direction of a sealed connection: its keys, its key stream and its counter (MS-NLMP 3.4.4, 3.4.5). */
class NtlmDirection {
  readonly #signingKey: Buffer;
  readonly #stream: Rc4;
  #sequence = 0;

  constructor(exportedKey: Buffer, direction: Direction) {
    const key = (use: string) =>
      createHash('md5').update(exportedKey).update(`session key to ${direction} ${use} key magic constant\0`).digest();
    this.#signingKey = key('signing');
    this.#stream = new Rc4(key('sealing'));
  }

  seal(clear: Buffer): { readonly signature: Buffer; readonly sealed: Buffer } {
    const sealed = this.#stream.update(clear);
    return { signature: this.#sign(clear), sealed };
  }

  open(signature: Buffer, sealed: Buffer): Buffer | undefined {
    const clear = this.#stream.update(sealed);
    const expected = this.#sign(clear);
    return signature.length === SIGNATURE_LENGTH && timingSafeEqual(signature, expected) ? clear : undefined;
  }

  #sign(clear: Buffer): Buffer {
    const sequence = Buffer.alloc(4);
    sequence.writeUInt32LE(this.#sequence);
    this.#sequence = (this.#sequence + 1) >>> 0;
    const checksum = this.#stream.update(hmacMd5(this.#signingKey, sequence, clear).subarray(0, 8));
    return Buffer.concat([Buffer.from([1, 0, 0, 0]), checksum, sequence]);
  }
}

/** Seals messages with the keys of an NTLM log-in. */
export class NtlmSecurity implements MessageSecurity {
  readonly protocol = 'application/HTTP-SPNEGO-session-encrypted';
  readonly #sending: NtlmDirection;
  readonly #receiving: NtlmDirection;

  /** @param exportedKey the 16 bytes that the client chose in its last message */
  constructor(exportedKey: Buffer) {
    this.#sending = new NtlmDirection(exportedKey, 'client-to-server');
    this.#receiving = new NtlmDirection(exportedKey, 'server-to-client');
  }

  seal(clear: Buffer): readonly SealedPiece[] {
    const { signature, sealed } = this.#sending.seal(clear);
    return [{ length: clear.length, signatureLength: SIGNATURE_LENGTH, payload: Buffer.concat([signature, sealed]) }];
  }

  payloadLength(length: number, signatureLength: number): number {
    return length + signatureLength;
  }

  open(payload: Buffer, signatureLength: number): Buffer {
    const clear = this.#receiving.open(payload.subarray(0, signatureLength), payload.subarray(signatureLength));
    if (!clear) {
      throw new ConnectionLost('an answer was changed on its way, or repeated: its signature is wrong', {
        hint: 'somebody between this machine and the host may be tampering with the connection',
      });
    }
    return clear;
  }
}
