import t from 'tap';
import { UsageError } from '../../../lib/model/errors.ts';
import { Secret } from '../../../lib/model/secret.ts';
import {
  fetchSecrets,
  type SecretFinder,
  SecretNotFetched,
  SecretUnavailable,
} from '../../../lib/model/secret-request.ts';
import { withoutSecrets } from '../../../lib/secrets/redaction.ts';
import { secret, secretFromCommand, secretFromEnvironment } from '../../../lib/secrets/secrets.ts';

const asked: string[] = [];
const VAULT: SecretFinder = {
  async find(name) {
    asked.push(name);
    if (name.startsWith('no')) throw new UsageError([{ message: `no "${name}"`, hint: 'set it' }]);
    return new Secret(`value-of-${name}`);
  },
};

/** What is wrong, without the places. */
async function told(): Promise<readonly string[]> {
  return (await fetchSecrets(VAULT)).map(({ message }) => message);
}

t.test('a secret is fetched once, printed never, and known to all outputs before it can be used', async (t) => {
  const one = secret('one');
  const same = secret('one');
  t.throws(() => one.reveal(), SecretNotFetched);
  t.equal(`${one} ${JSON.stringify({ one })}`, '*** {"one":"***"}');
  t.same(await told(), []);
  t.equal(one.reveal(), 'value-of-one');
  t.equal(same.reveal(), 'value-of-one');
  t.equal(secret('one').reveal(), 'value-of-one', 'from then on at once');
  t.equal(withoutSecrets('it is value-of-one!'), 'it is ***!');
  await Promise.all([fetchSecrets(VAULT), fetchSecrets(VAULT)]);
  t.same(asked, ['one']);
});

t.test('one that is missing is told at each place, once', async (t) => {
  const first = secret('no-one');
  secret('no-one');
  secret('no-two');
  const mistakes = await fetchSecrets(VAULT);
  t.same(
    mistakes.map(({ message, hint }) => [message, hint]),
    [
      ['no "no-one"', 'set it'],
      ['no "no-one"', 'set it'],
      ['no "no-two"', 'set it'],
    ],
  );
  for (const { where } of mistakes) t.match(where, /secrets\.test\.ts:\d+/);
  t.equal(new Set(mistakes.map(({ where }) => where)).size, 3, 'each has its own line');
  t.same(await told(), [], 'told already');
  t.throws(() => first.reveal(), SecretUnavailable);
  secret('no-one');
  t.same(await told(), ['no "no-one"'], 'another place');
});

t.test('many at once wait for one fetch', async (t) => {
  let release = (): void => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const slow: SecretFinder = { find: async () => gate.then(() => new Secret('slow value')) };
  const value = secret('slow');
  const waiting = [fetchSecrets(slow), fetchSecrets(slow)];
  release();
  await Promise.all(waiting);
  t.equal(value.reveal(), 'slow value');
});

t.test('environment variables', async (t) => {
  process.env.GARDEN_TEST_TOKEN = 'tok-en';
  process.env.GARDEN_TEST_EMPTY = '';
  t.teardown(() => {
    delete process.env.GARDEN_TEST_TOKEN;
    delete process.env.GARDEN_TEST_EMPTY;
  });
  const token = secretFromEnvironment('GARDEN_TEST_TOKEN');
  secretFromEnvironment('GARDEN_TEST_TOKN');
  secretFromEnvironment('GARDEN_TEST_EMPTY');
  t.same(await told(), [
    'the environment variable GARDEN_TEST_TOKN is not set (did you mean "GARDEN_TEST_TOKEN"?)',
    'the environment variable GARDEN_TEST_EMPTY is empty',
  ]);
  t.equal(token.reveal(), 'tok-en');
});

t.test('commands: once, without a shell, with their last words where they fail', async (t) => {
  const folder = t.testdir();
  const run = secretFromCommand(['sh', '-c', 'echo x >>"$0/ran"; echo "a b"; echo notes', folder]);
  secretFromCommand(['sh', '-c', 'echo x >>"$0/ran"; echo "a b"; echo notes', folder]);
  const first = secretFromCommand(['printf', 'secret\\nnotes\\n'], { firstLine: true });
  const quoted = secretFromCommand(['printf', '%s', '$HOME; `id`']);
  t.same(await told(), []);
  t.equal(run.reveal(), 'a b\nnotes');
  t.equal(first.reveal(), 'secret');
  t.equal(quoted.reveal(), '$HOME; `id`');
  t.equal((await import('node:fs')).readFileSync(`${folder}/ran`, 'utf8'), 'x\n');

  secretFromCommand(['sh', '-c', 'echo is locked >&2; exit 4']);
  secretFromCommand(['/nonexistent/pass']);
  secretFromCommand(['true']);
  const mistakes = await fetchSecrets(VAULT);
  t.match(mistakes, [
    { message: 'the command for a secret, sh, ended with status 4', hint: 'is locked' },
    { message: /pass, could not be run: .*ENOENT/ },
    { message: 'the command for a secret, true, printed nothing' },
  ]);
});
