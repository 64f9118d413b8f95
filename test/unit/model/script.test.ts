import { execFileSync } from 'node:child_process';
import t from 'tap';
import { lines, printBytes, sh } from '../../../lib/model/script.ts';
import { Secret } from '../../../lib/model/secret.ts';

const HOSTILE = [
  '$(touch /tmp/x)',
  '`id`',
  "it's",
  '"',
  '\\',
  'a\nb',
  '',
  '-n',
  '*',
  '~',
  '!',
  'é\u{1F331}',
  "''",
  '${HOME}',
  ';&|<>',
];

t.test('every value arrives as one word, and nothing of it is run', async (t) => {
  for (const value of HOSTILE) {
    const script = sh`printf '[%s]' ${value} ${[value, value]}`;
    for (const shell of ['dash', 'bash']) {
      t.equal(execFileSync(shell, ['-c', script.text]).toString(), `[${value}]`.repeat(3), `${shell}: ${value}`);
    }
  }
});

t.test('bytes are printed as they are', async (t) => {
  for (const bytes of [Buffer.from('text\n'), Buffer.from([0, 1, 2, 255, 10, 10]), Buffer.alloc(0)]) {
    t.same(execFileSync('dash', ['-c', printBytes(bytes).text]), bytes);
  }
});

t.test('what is no word is refused', async (t) => {
  t.throws(() => sh`echo ${'a\0b'}`, /NUL/);
});

t.test('a script can be shown without its secrets, also in part', async (t) => {
  const secret = new Secret('canary-9d2');
  const inner = sh`curl -H ${'a b'} -u ${['me', secret]}`;
  const script = lines([sh`set -e`, sh`if ${inner}; then echo ${secret}; fi`]);
  t.match(script.text, /canary-9d2.*canary-9d2/);
  t.equal(script.shown, "set -e\nif curl -H 'a b' -u me ***; then echo ***; fi");
  t.equal(sh`echo ${'plain'}`.shown, 'echo plain');
});
