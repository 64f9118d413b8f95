import { execFileSync } from 'node:child_process';
import t from 'tap';
import { quote } from '../../../lib/model/script.ts';
import { Secret } from '../../../lib/model/secret.ts';
import { Redactor } from '../../../lib/secrets/redaction.ts';

const SECRETS = ['hunter2!', 'pä ss+wörd', `a'b"c$d\\e`, 'x&y<z>/?=', '-leading', 'tab\there', '\u{1F331}seed', 'abc'];

function redactorOf(...secrets: readonly (Secret | string)[]): Redactor {
  const redactor = new Redactor();
  for (const secret of secrets) redactor.add(secret);
  return redactor;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

t.test('a secret is found however it is written', async (t) => {
  for (const value of SECRETS) {
    const redactor = redactorOf(new Secret(value));
    const written = {
      plain: value,
      url: encodeURIComponent(value),
      form: new URLSearchParams({ x: value }).toString().slice(2),
      json: JSON.stringify(value).slice(1, -1),
      'json in json': JSON.stringify(JSON.stringify({ value })).slice(14, -4),
      shell: quote(value).replace(/^'|'$/g, ''),
      'printf %q': execFileSync('bash', ['-c', 'printf %q "$1"', '-', value], {
        env: { LC_ALL: 'C.UTF-8', PATH: process.env.PATH },
      }).toString(),
      base64: base64(value),
      base64url: Buffer.from(value).toString('base64url'),
    };
    for (const [how, text] of Object.entries(written)) {
      t.match(redactor.redact(`<${text}>`), /^<(\$?'?)\*\*\*('?)>$/, `${value} as ${how}: ${text}`);
    }
  }
});

t.test('base64 of a longer text does not give a secret away, at any alignment', async (t) => {
  const value = 'correct horse battery';
  const redactor = redactorOf(value);
  for (let before = 0; before < 6; before++) {
    for (let after = 0; after < 6; after++) {
      const encoded = base64('u'.repeat(before) + value + 'w'.repeat(after));
      const left = redactor.redact(encoded);
      t.match(left, '***', encoded);
      // What is left around the mask are characters of the surroundings, and at most the two that they share.
      t.ok(left.length - 3 <= Math.ceil(((before + after) * 8) / 6) + 5, `${encoded} became ${left}`);
    }
  }
});

t.test('the lines of a secret are secrets', async (t) => {
  const key = '-----BEGIN KEY-----\nbase+line/one==\r\nsecond line\n-----END KEY-----\n';
  const redactor = redactorOf(key);
  t.equal(redactor.redact(`before\n${key}after`), 'before\n***after');
  t.equal(redactor.redact('got: second line.'), 'got: ***.');
  t.equal(redactor.redact(`got: ${base64('base+line/one==')}`), 'got: ***');
});

t.test('secrets that overlap or contain each other leave nothing behind', async (t) => {
  const redactor = redactorOf('hunter2', '2secret', 'unt', 'hunter2-and-more');
  t.equal(redactor.redact('[hunter2secret]'), '[***]');
  t.equal(redactor.redact('[hunter2-and-more]'), '[***]');
  t.equal(redactor.redact('[hunter2-and-mor]'), '[***-and-mor]');
  t.equal(redactor.redact('hunter2 hunter2'), '*** ***');
  t.equal(redactor.redact('un'), 'un');
});

t.test('a short secret is replaced where it stands alone, an empty one nowhere', async (t) => {
  const redactor = redactorOf('ab', '7', '', ' ');
  t.equal(redactor.redact('about ab, cab; pin=7 17 7.'), 'about ***, cab; pin=*** 17 ***.');
});

t.test('a text without secrets stays, and so does every text while there is none', async (t) => {
  t.equal(redactorOf().redact('text'), 'text');
  t.equal(redactorOf('hunter2').redact(''), '');
  t.equal(redactorOf('hunter2').redact('hunter1 hunte'), 'hunter1 hunte');
});

t.test('many secrets in a long text are one pass', async (t) => {
  const secrets = Array.from({ length: 500 }, (_, index) => `secret-number-${index}-${(index * 7919) % 1000}`);
  const redactor = redactorOf(...secrets);
  const text = `${'a line of output that has nothing to hide, as most\n'.repeat(20)}${secrets[250]}\n`.repeat(1000);
  const started = performance.now();
  const redacted = redactor.redact(text);
  const took = performance.now() - started;
  t.notMatch(redacted, 'secret-number');
  t.comment(`${(text.length / 1e6).toFixed(1)} MB against 500 secrets: ${took.toFixed(0)} ms`);
  t.ok(took < 1000, 'a megabyte in less than a second, however busy the machine');
});

t.test('base64 that was broken into lines gives at most five bytes away, at any width and alignment', async (t) => {
  const value = 'correct horse battery staple 0123456789';
  const redactor = new Redactor();
  redactor.add(value);
  for (const width of [20, 57, 64, 76]) {
    for (const before of [0, 1, 2, 30, 31, 32]) {
      const encoded = base64('u'.repeat(before) + value + 'w'.repeat(9));
      const lines = encoded.match(new RegExp(`.{1,${width}}`, 'g')) ?? [];
      const left = lines.map((line) => redactor.redact(line));
      // As a reader puts the pieces together again: a part that was taken out stands for none of its bytes.
      const pieces = left.flatMap((line) => line.split('***')).filter((piece) => piece.length >= 8);
      for (const piece of pieces)
        t.notOk(base64(`${'u'.repeat(before)}${value}`).includes(piece) && !/^dXV1/.test(piece), piece);
      t.ok(left.join('').includes('***'), `${before} bytes before, lines of ${width}`);
    }
  }
  t.equal(redactor.redact(base64('another text altogether')), base64('another text altogether'));
});

t.test('a script within a script within a script', async (t) => {
  const value = "it's a secret";
  const redactor = new Redactor();
  redactor.add(value);
  let script = value;
  for (let depth = 0; depth < 4; depth++) {
    t.notMatch(redactor.redact(`eval ${script}`), 'secret', `${depth} levels`);
    script = quote(script);
  }
});
