import { ConnectionLost } from '../../model/errors.ts';

/** A sealed piece of a message as it goes over the wire. */
export interface SealedPiece {
  /** How many bytes it was before it was sealed. */
  readonly length: number;
  /** What is told of its signature (or trailer), in bytes. */
  readonly signatureLength: number;
  readonly payload: Buffer;
}

/** Keeps the messages of one authenticated connection secret. Messages must pass it in the order of the wire. */
export interface MessageSecurity {
  /** The `protocol` of the MIME body, e.g. `application/HTTP-SPNEGO-session-encrypted`. */
  readonly protocol: string;
  seal(clear: Buffer): readonly SealedPiece[];
  /** How much of `rest` belongs to a piece of `length` bytes. */
  payloadLength(length: number, signatureLength: number, rest: Buffer): number;
  /** @throws ConnectionLost where it was tampered with, replayed or left out of order. */
  open(payload: Buffer, signatureLength: number): Buffer;
}

const BOUNDARY = 'Encrypted Boundary';
const OCTETS = 'application/octet-stream';

/** An encrypted MIME body (MS-WSMV 2.2.9.1) with its content type. No TAB before the headers: all servers take it so. */
export function sealBody(security: MessageSecurity, clear: Buffer): { readonly type: string; readonly body: Buffer } {
  const pieces = security.seal(clear);
  const kind = pieces.length > 1 ? 'multipart/x-multi-encrypted' : 'multipart/encrypted';
  const parts = pieces.flatMap(({ length, signatureLength, payload }) => {
    const size = Buffer.alloc(4);
    size.writeUInt32LE(signatureLength);
    return [
      Buffer.from(
        `--${BOUNDARY}\r\nContent-Type: ${security.protocol}\r\n` +
          `OriginalContent: type=application/soap+xml;charset=UTF-8;Length=${length}\r\n` +
          `--${BOUNDARY}\r\nContent-Type: ${OCTETS}\r\n`,
      ),
      size,
      payload,
    ];
  });
  return {
    type: `${kind};protocol="${security.protocol}";boundary="${BOUNDARY}"`,
    body: Buffer.concat([...parts, Buffer.from(`--${BOUNDARY}--\r\n`)]),
  };
}

/** Windows puts TABs before the headers, Exchange a space into the boundary, others neither. */
const HEAD =
  /^-- ?Encrypted Boundary\r\n[\t ]*Content-Type: [^\r\n]+\r\n[\t ]*OriginalContent: [^\r\n]*?Length=(\d{1,9})\r\n-- ?Encrypted Boundary\r\n[\t ]*Content-Type: application\/octet-stream\r\n/i;
const END = /^-- ?Encrypted Boundary(--)?\r\n/i;
/** No head of a part is longer, in bytes. */
const LONGEST_HEAD = 1000;

/**
 * Opens an encrypted MIME body. It is cut by the lengths that it tells, never by looking for a boundary in sealed bytes.
 *
 * @throws ConnectionLost where it is malformed or does not belong to this connection.
 */
export function openBody(security: MessageSecurity, body: Buffer): Buffer {
  const clear: Buffer[] = [];
  for (let at = 0; ; ) {
    const head = HEAD.exec(body.toString('latin1', at, at + LONGEST_HEAD));
    if (!head) throw malformed();
    at += head[0].length;
    if (at + 4 > body.length) throw malformed();
    const length = Number(head[1]);
    const signatureLength = body.readUInt32LE(at);
    at += 4;
    const size = security.payloadLength(length, signatureLength, body.subarray(at));
    if (at + size > body.length) throw malformed();
    const piece = security.open(body.subarray(at, at + size), signatureLength);
    if (piece.length !== length) throw malformed();
    clear.push(piece);
    at += size;
    const end = END.exec(body.toString('latin1', at, at + LONGEST_HEAD));
    if (!end) throw malformed();
    if (end[1]) return Buffer.concat(clear);
  }
}

function malformed(): ConnectionLost {
  return new ConnectionLost('the server’s encrypted answer is malformed');
}
