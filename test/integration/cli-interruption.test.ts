import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import t from 'tap';

// A process that waits until it is aborted and then, as a run that cleans up, goes on for as long as it is let.
const WAIT = `
  import { Interruption } from './lib/cli/run/interruption.ts';
  const interruption = new Interruption((text) => console.log(text), process.stdout);
  interruption.signal.addEventListener('abort', () => console.log('aborted'));
  process.stdin.on('data', () => {
    interruption[Symbol.dispose]();
    process.exit(interruption.exitCode ?? 0);
  });
  console.log('ready');
`;

interface Waiting {
  readonly child: ChildProcess;
  line(): Promise<string>;
}

function start(): Waiting {
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', WAIT], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { child, line: async () => String((await lines.next()).value) };
}

async function exitOf(child: ChildProcess): Promise<number> {
  const [code]: unknown[] = await once(child, 'exit');
  return Number(code);
}

t.test('the first signal aborts and says so; the run ends by itself with the signal’s code', async (t) => {
  for (const [signal, code, words] of [
    ['SIGINT', 130, /^Interrupted: .* Ctrl-C again stops at once/],
    ['SIGTERM', 143, /^Told to end: .* SIGTERM again stops at once/],
  ] as const) {
    const { child, line } = start();
    t.equal(await line(), 'ready');
    child.kill(signal);
    t.match(await line(), words);
    t.equal(await line(), 'aborted');
    const exit = exitOf(child);
    child.stdin?.write('done\n');
    t.equal(await exit, code);
  }
});

t.test('the second one ends at once', async (t) => {
  const { child, line } = start();
  await line();
  child.kill('SIGINT');
  await line();
  t.equal(await line(), 'aborted');
  const exit = exitOf(child);
  child.kill('SIGINT');
  t.equal(await exit, 130);
});
