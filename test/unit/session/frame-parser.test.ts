import { randomInt } from 'node:crypto';
import t from 'tap';
import { FrameParser, type Piece } from '../../../lib/session/frame-parser.ts';

const NONCE = '0123456789abcdef0123456789abcdef';

function marker(kind: string, index: number, value: number): Buffer {
  return Buffer.from(`\x1e${NONCE} ${kind} ${index} ${value}\n`);
}

/** Data put together again, markers as text: what does not depend on how the stream was cut. */
function told(pieces: readonly Piece[]): readonly string[] {
  const all: string[] = [];
  let data: Buffer[] = [];
  const flush = () => {
    if (data.length > 0) all.push(`data ${Buffer.concat(data).toString('hex')}`);
    data = [];
  };
  for (const piece of pieces) {
    if (Buffer.isBuffer(piece)) data.push(piece);
    else {
      flush();
      all.push(`${piece.kind} ${piece.index} ${piece.value}`);
    }
  }
  flush();
  return all;
}

/** Numbers that a seed decides (mulberry32), so that a failure can be repeated. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

t.test('data and markers are told apart, wherever the stream is cut', async (t) => {
  const stream = Buffer.concat([
    Buffer.from('greeting'),
    marker('begin', 0, 4711),
    Buffer.from('no newline, é, and \x1e alone'),
    marker('done', 0, 143),
    marker('skipped', 1, 0),
  ]);
  const expected = told(new FrameParser(NONCE).push(stream));
  t.equal(expected.length, 5);
  for (let cut = 1; cut < stream.length; cut += 1) {
    const parser = new FrameParser(NONCE);
    const pieces = [...parser.push(stream.subarray(0, cut)), ...parser.push(stream.subarray(cut))];
    t.same(told(pieces), expected, `cut at ${cut}`);
  }
});

t.test('what only looks like a marker is data', async (t) => {
  for (const text of [
    `\x1e${NONCE} nonsense 0 0\n`,
    `\x1e${NONCE} done 0\n`,
    `\x1e${NONCE} done x 0\n`,
    `\x1e${NONCE.slice(0, -1)}0 done 0 0\n`,
    `\x1e${NONCE} ${'9'.repeat(100)}`,
    `\x1e\x1e\x1e${NONCE}`,
    `${NONCE} done 0 0\n`,
  ]) {
    const parser = new FrameParser(NONCE);
    const pieces = [...parser.push(Buffer.from(text)), ...parser.push(marker('done', 3, 0))];
    t.same(told(pieces), [`data ${Buffer.from(text).toString('hex')}`, 'done 3 0'], JSON.stringify(text));
  }
});

t.test('bytes that cannot be part of a marker are handed on at once', async (t) => {
  const parser = new FrameParser(NONCE);
  t.same(told(parser.push(Buffer.from('progress 10 %'))), [`data ${Buffer.from('progress 10 %').toString('hex')}`]);
  t.same(told(parser.push(Buffer.from('x\x1e0123'))), [`data ${Buffer.from('x').toString('hex')}`]);
  t.equal(parser.rest.toString(), '\x1e0123');
});

t.test('random streams, cut at random', async (t) => {
  const seed = Number(process.env.SEED ?? randomInt(2 ** 31));
  t.comment(`SEED=${seed}`);
  const random = numbers(seed);
  const parts = [
    () => Buffer.from(Array.from({ length: random(40) }, () => random(256))),
    () => Buffer.from(`\x1e${NONCE.slice(0, random(33))}`),
    () => marker('begin', random(5), random(99_999)),
    () => marker('done', random(5), random(256)),
    () => marker('expired', random(5), random(256)),
  ];
  for (let round = 0; round < 2000; round += 1) {
    const stream = Buffer.concat(
      Array.from({ length: random(12) }, () => parts[random(parts.length)]?.() ?? Buffer.alloc(0)),
    );
    // A last line brings out what is held back at the end.
    const whole = Buffer.concat([stream, Buffer.from('\n'), marker('skipped', 9, 0)]);
    const expected = told(new FrameParser(NONCE).push(whole));
    const parser = new FrameParser(NONCE);
    const pieces: Piece[] = [];
    for (let at = 0; at < whole.length; ) {
      const size = 1 + random(random(3) === 0 ? 3 : 60);
      pieces.push(...parser.push(whole.subarray(at, at + size)));
      at += size;
    }
    if (JSON.stringify(told(pieces)) !== JSON.stringify(expected)) {
      t.fail(`round ${round} differs`, { expected, found: told(pieces) });
      return;
    }
  }
  t.pass('2000 streams');
});

t.test('every byte is looked at a constant number of times', async (t) => {
  // Four times the data, cut into small chunks, must not be sixteen times the work: counted in bytes given to indexOf.
  const work = (size: number): number => {
    let bytes = 0;
    const parser = new FrameParser(NONCE);
    const chunk = Buffer.alloc(100, 0x1e);
    for (let done = 0; done < size; done += chunk.length) {
      for (const piece of parser.push(chunk))
        if (Buffer.isBuffer(piece)) bytes += piece.buffer === chunk.buffer ? 0 : piece.length;
      bytes += parser.rest.length;
    }
    return bytes;
  };
  t.ok(work(400_000) <= 4 * work(100_000) + 1000);
});
