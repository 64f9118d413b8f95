/** One RC4 key stream; each call goes on where the last one ended. OpenSSL 3 no longer offers it, and NTLM seals with it. */
export class Rc4 {
  readonly #box = new Uint8Array(256);
  #i = 0;
  #j = 0;

  constructor(key: Buffer) {
    const box = this.#box;
    for (let i = 0; i < 256; i += 1) box[i] = i;
    for (let i = 0, j = 0; i < 256; i += 1) {
      const value = box[i] ?? 0;
      j = (j + value + (key[i % key.length] ?? 0)) & 255;
      box[i] = box[j] ?? 0;
      box[j] = value;
    }
  }

  /** Encrypts or decrypts, which is the same. */
  update(data: Buffer): Buffer {
    const box = this.#box;
    const result = Buffer.allocUnsafe(data.length);
    for (let at = 0; at < data.length; at += 1) {
      this.#i = (this.#i + 1) & 255;
      const first = box[this.#i] ?? 0;
      this.#j = (this.#j + first) & 255;
      const second = box[this.#j] ?? 0;
      box[this.#i] = second;
      box[this.#j] = first;
      result[at] = (data[at] ?? 0) ^ (box[(first + second) & 255] ?? 0);
    }
    return result;
  }
}
