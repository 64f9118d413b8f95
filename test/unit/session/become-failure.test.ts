import t from 'tap';
import type { Become } from '../../../lib/model/host.ts';
import { sh } from '../../../lib/model/script.ts';
import { Secret } from '../../../lib/model/secret.ts';
import { asksForPassword, becomeCommand } from '../../../lib/session/become-command.ts';
import { becomeFailure, missesTerminal } from '../../../lib/session/become-failure.ts';

const sudo: Become = { user: 'root', method: 'sudo' };
const SIGNS = { prompt: '[garden 1] ', ready: 'ready' };

t.test('what the commands say is told as one message', async (t) => {
  const cases: readonly (readonly [Become, string, boolean, RegExp])[] = [
    [sudo, 'sudo: a password is required\n', false, /^sudo asks for the password of ann, and none was given$/],
    [
      sudo,
      'Sorry, try again.\nsudo: no password was provided\nsudo: 1 incorrect password attempt',
      true,
      /^sudo refused the password of ann$/,
    ],
    [
      sudo,
      'ann is not in the sudoers file.',
      true,
      /^ann may not become root by sudo \(ann is not in the sudoers file\.\)$/,
    ],
    [sudo, "env: 'sudo': No such file or directory\n", false, /^sudo is not installed there/],
    [
      { ...sudo, user: 'nobody2' },
      'sudo: unknown user nobody2\nsudo: error initializing audit plugin sudoers_audit',
      false,
      /^there is no user nobody2/,
    ],
    [{ ...sudo, method: 'su' }, 'Password: \nsu: Authentication failure', true, /^su refused the password of root$/],
    [{ ...sudo, method: 'doas' }, 'doas: Operation not permitted', false, /^ann may not become root by doas/],
    [{ ...sudo, method: 'doas' }, 'doas: Authentication required', false, /^doas asks for the password of ann/],
    [
      { ...sudo, method: 'doas' },
      'doas (ann@h) password: \r\ndoas: Authentication failed\r\n',
      true,
      /^doas refused the password of ann$/,
    ],
  ];
  for (const [become, said, answered, message] of cases) {
    t.match(becomeFailure(become, 'ann', said, answered).message, message, said);
  }
  t.ok(missesTerminal('sudo: sorry, you must have a tty to run sudo'));
  t.notOk(missesTerminal('sudo: a password is required'));
});

t.test('a password stands in no command', async (t) => {
  const password = new Secret('c4nary');
  for (const method of ['sudo', 'su', 'doas'] as const) {
    for (const terminal of [false, true]) {
      const { text } = becomeCommand({ user: 'root', method, password }, sh`sh`, SIGNS, terminal);
      t.notMatch(text, /c4nary/);
    }
  }
});

t.test('a question is known by its prompt', async (t) => {
  t.ok(asksForPassword(sudo, 'We trust you …\n[garden 1] ', SIGNS));
  t.notOk(asksForPassword(sudo, 'Password: ', SIGNS));
  t.ok(asksForPassword({ ...sudo, method: 'su' }, 'Password: ', SIGNS));
  t.notOk(asksForPassword({ ...sudo, method: 'su' }, 'Password: \nsu: Authentication failure\n', SIGNS));
});
