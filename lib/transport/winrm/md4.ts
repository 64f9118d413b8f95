/** Step constants and shifts of the three rounds, and which word each step takes (RFC 1320, 3.4). */
const ROUNDS = [
  { add: 0, shifts: [3, 7, 11, 19], words: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15] },
  { add: 0x5a827999, shifts: [3, 5, 9, 13], words: [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15] },
  { add: 0x6ed9eba1, shifts: [3, 9, 11, 15], words: [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15] },
] as const;

function mix(round: number, x: number, y: number, z: number): number {
  if (round === 0) return (x & y) | (~x & z);
  if (round === 1) return (x & y) | (x & z) | (y & z);
  return x ^ y ^ z;
}

/** MD4 (RFC 1320), which NTLM hashes passwords with. OpenSSL 3 no longer offers it. */
export function md4(data: Buffer): Buffer {
  const length = Math.ceil((data.length + 9) / 64) * 64;
  const padded = Buffer.alloc(length);
  data.copy(padded);
  padded[data.length] = 0x80;
  padded.writeBigUInt64LE(BigInt(data.length) * 8n, length - 8);
  let state: readonly [number, number, number, number] = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
  for (let block = 0; block < length; block += 64) {
    let [a, b, c, d] = state;
    ROUNDS.forEach(({ add, shifts, words }, round) => {
      words.forEach((word, step) => {
        const sum = (a + mix(round, b, c, d) + padded.readUInt32LE(block + word * 4) + add) | 0;
        const shift = shifts[step % 4] ?? 0;
        [a, b, c, d] = [d, (sum << shift) | (sum >>> (32 - shift)), b, c];
      });
    });
    state = [(state[0] + a) | 0, (state[1] + b) | 0, (state[2] + c) | 0, (state[3] + d) | 0];
  }
  const digest = Buffer.alloc(16);
  state.forEach((word, index) => {
    digest.writeInt32LE(word, index * 4);
  });
  return digest;
}
