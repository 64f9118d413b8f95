import { execa } from 'execa';
import t from 'tap';

// The prompt is tested on a real pipe and a real terminal: `script` (util-linux) gives one.
const ASK = `
  import { PasswordPrompt } from './lib/cli/password.ts';
  const prompt = new PasswordPrompt(process.stdin, process.stderr);
  for (const question of ['One', 'Two']) {
    try {
      const answer = await prompt.ask(question);
      console.log(question + '=' + JSON.stringify(answer.reveal()) + ' ' + answer);
    } catch (error) {
      console.log(error.name + ': ' + error.message);
    }
  }
  process.exit(0);
`;
const NODE = ['--import', 'tsx', '--input-type=module', '--eval', ASK];

async function onPipe(input: string): Promise<readonly string[]> {
  const { stdout } = await execa(process.execPath, NODE, { input });
  return stdout.split('\n');
}

t.test('without a terminal, a line of standard input for each question', async (t) => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['first\nsecond\n', ['One="first" ***', 'Two="second" ***']],
    ['first\r\nsecond', ['One="first" ***', 'Two="second" ***']],
    ['\n \n', ['One="" ***', 'Two=" " ***']],
    ['only', ['One="only" ***', 'UsageError: no password was given for "Two"']],
    ['', ['UsageError: no password was given for "One"', 'UsageError: no password was given for "Two"']],
  ];
  for (const [input, expected] of cases) t.same(await onPipe(input), expected, JSON.stringify(input));
});

t.test('on a terminal: without echo, keys as people use them', async (t) => {
  const command = [process.execPath, ...NODE].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const terminal = execa('script', ['-qec', command, '/dev/null'], { all: true, reject: false });
  let screen = '';
  let resume: () => void = () => {};
  terminal.all.on('data', (chunk: Buffer) => {
    screen += chunk.toString();
    resume();
  });
  const until = async (text: string): Promise<void> => {
    while (!screen.includes(text)) {
      await new Promise<void>((resolve) => {
        resume = resolve;
      });
    }
  };
  await until('One: ');
  // x is taken back, the first word is taken back whole, and what is pasted behind Enter answers the next question.
  terminal.stdin?.write('wrong\u0015cana\u007fary\rsec');
  await until('Two: ');
  terminal.stdin?.write('ond\r');
  await terminal;
  const shown = screen.replaceAll('\r', '').split('\n');
  t.ok(shown.includes('One="canary" ***'), screen);
  t.ok(shown.includes('Two="second" ***'), screen);
  t.notMatch(screen.replace('One="canary"', ''), /wrong|canary/, 'nothing is echoed');
});
