import { randomInt } from 'node:crypto';
import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { ConnectionLost } from '../../lib/model/errors.ts';
import { printBytes, type Script, sh, verbatim } from '../../lib/model/script.ts';
import type { Session, Snippet, SnippetResult } from '../../lib/session/session.ts';
import { startShellSession } from '../../lib/session/shell-session.ts';
import { localTransport } from '../../lib/transport/local.ts';
import type { Channel, Connection } from '../../lib/transport/transport.ts';

const SHELLS = { dash: 'dash', bash: 'bash --posix', busybox: 'busybox sh' } as const;
const FOREVER = 600_000;

const snippet = (script: Script, options: Partial<Snippet> = {}): Snippet => ({ script, timeout: FOREVER, ...options });
const brief = ({ stdout, stderr, status, outcome }: SnippetResult) => [stdout, stderr, status, outcome] as const;

async function connectLocal(): Promise<Connection> {
  return localTransport.connect({ address: 'localhost' }, { notice: () => {} });
}

/** Counts and keeps the channels of a connection. */
function watched(connection: Connection): { connection: Connection; channels: Channel[] } {
  const channels: Channel[] = [];
  return {
    channels,
    connection: {
      transport: connection.transport,
      user: connection.user,
      closed: connection.closed,
      close: () => connection.close(),
      async open(command, options) {
        const channel = await connection.open(command, options);
        channels.push(channel);
        return channel;
      },
    },
  };
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(10);
}

/** Whether a process is there and no zombie (proc(5), stat, field 3). */
async function lives(pid: string): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat !== '' && !/\) [ZX] /.test(stat);
}

for (const [name, shell] of Object.entries(SHELLS)) {
  t.test(name, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'garden-session-'));
    const local = watched(await connectLocal());
    let session: Session = await startShellSession(local.connection, { shell });
    t.teardown(async () => {
      await session.close();
      await local.connection.close();
      await rm(folder, { recursive: true, force: true });
    });
    const run = async (...frame: readonly Snippet[]) => (await session.run(frame)).map(brief);

    t.test('it says who it is with the first frame, on one channel', async (t) => {
      t.equal(session.info, undefined);
      t.same(await run(snippet(sh`id -u; umask; echo "$LC_ALL"`)), [
        [`${process.getuid?.()}\n0022\nC\n`, '', 0, 'done'],
      ]);
      t.equal(session.info?.uid, process.getuid?.());
      t.match(session.info?.stateFolder, process.getuid?.() === 0 ? '/var/lib/garden' : /garden$/);
      t.equal(local.channels.length, 1);
    });

    t.test('no snippet hurts the next one', async (t) => {
      const bad: readonly (readonly [Script, number | undefined])[] = [
        [verbatim('echo "unfinished'), undefined],
        [verbatim('if then fi )'), undefined],
        [sh`exit 7`, 7],
        [sh`set -e; false; echo no`, 1],
        [sh`exec true`, 0],
        [sh`exec sh -c 'exit 9'`, 9],
        [sh`set -u; echo "$garden_no_such_variable"`, undefined],
        [sh`kill -9 "$(sh -c 'echo $PPID')"`, 137],
        [sh`unset PATH HOME; cd /; LC_ALL=de_DE; umask 0; trap '' TERM; garden_skip=yes; garden_mark() { :; }`, 0],
        [sh`exec >&- 2>&- 9>&-; readonly garden_state=x`, 0],
        [sh`set -n -x -v`, undefined],
        [sh`return 3`, undefined],
        [sh`set -f; IFS=0123456789; alias printf=false`, 0],
        [sh`cat`, 0],
        [sh`break; continue; shift 3`, undefined],
      ];
      const frame = bad.flatMap(([script]) => [
        snippet(script),
        snippet(sh`umask; echo next; echo "$garden_state" >&2`),
      ]);
      const results = await run(...frame);
      for (const [index, [script, status]] of bad.entries()) {
        if (status !== undefined) t.equal(results[2 * index]?.[2], status, script.text);
        t.same(
          results[2 * index + 1],
          ['0022\nnext\n', `${session.info?.stateFolder}\n`, 0, 'done'],
          `after ${script.text}`,
        );
      }
    });

    t.test('a timeout may be longer than timers are', async (t) => {
      t.same(await run(snippet(sh`sleep 0.1; echo done`, { timeout: 2 ** 32 })), [['done\n', '', 0, 'done']]);
    });

    t.test('set -e has its force', async (t) => {
      t.same(await run(snippet(sh`set -e; echo one; false; echo two`)), [['one\n', '', 1, 'done']]);
    });

    t.test('output is cut exactly, on both streams', async (t) => {
      t.same(
        await run(snippet(sh`printf a; printf b >&2`), snippet(sh`:`), snippet(sh`printf '\\n\\n'; printf '\\n' >&2`)),
        [
          ['a', 'b', 0, 'done'],
          ['', '', 0, 'done'],
          ['\n\n', '\n', 0, 'done'],
        ],
      );
    });

    t.test('hostile values are printed unchanged and nothing of them is executed', async (t) => {
      const trap = join(folder, 'executed');
      const hostile = [
        `$(touch ${trap})`,
        `\`touch ${trap}\``,
        `'; touch ${trap}; '`,
        `"; touch ${trap}; "`,
        `\n touch ${trap}\n`,
        `\\'; touch ${trap} #`,
        `') </dev/null; touch ${trap}; ( : '`,
        '%s %d \\n \\036 \\\\ $$ ${HOME} !! ~ * ? [a-z]\t\r\n\n\n',
        '\x1e0123456789abcdef done 0 0\n',
        'Grüße 日本 🌱',
        '-n',
        `${'x'.repeat(1 << 20)}$(touch ${trap})'"`,
      ];
      const results = await run(...hostile.map((value) => snippet(printBytes(value))));
      for (const [index, value] of hostile.entries()) {
        t.ok(results[index]?.[0] === value, `unchanged: ${JSON.stringify(value.slice(0, 40))}`);
      }
      const binary = Buffer.from(Array.from({ length: 255 }, (_, index) => index + 1));
      t.same(await run(snippet(sh`${printBytes(binary)} | od -An -v -tx1 | tr -d ' \\n'`)), [
        [binary.toString('hex'), '', 0, 'done'],
      ]);
      t.notOk(await exists(trap));
    });

    t.test('binary output, and a megabyte of it, ends where it ends', async (t) => {
      const [first, second] = await session.run([
        snippet(sh`head -c 3000000 /dev/urandom; printf end; head -c 1000 /dev/urandom >&2`),
        snippet(sh`echo after`),
      ]);
      t.ok(first?.stdout.endsWith('end'));
      t.match(second, { stdout: 'after\n', stderr: '', status: 0 });
    });

    t.test('results and lines are told while the frame runs', async (t) => {
      const gate = join(folder, 'gate');
      const seen: string[] = [];
      const finished = session.run(
        [snippet(sh`echo one`), snippet(sh`echo two; until [ -e ${gate} ]; do sleep 0.05; done; printf three`)],
        {
          onResult: (index, { stdout }) => seen.push(`result ${index} ${JSON.stringify(stdout)}`),
          onLine: (index, line) => seen.push(`line ${index} ${line}`),
        },
      );
      // The two streams come independently, so their order is not certain; that both come before the end is.
      await until(async () => seen.length === 3);
      t.same([...seen].sort(), ['line 0 one', 'line 1 two', 'result 0 "one\\n"']);
      const opener = await startShellSession(local.connection, { shell });
      await opener.run([snippet(sh`: >${gate}`)]);
      await opener.close();
      await finished;
      t.same(seen.slice(3), ['line 1 three', 'result 1 "two\\nthree"']);
    });

    t.test(
      'after a failed critical snippet the later ones of the frame are skipped, of the next frame not',
      async (t) => {
        const never = join(folder, 'never');
        t.same(
          await run(
            snippet(sh`false`),
            snippet(sh`echo 1; exit 4`, { critical: true }),
            snippet(sh`: >${never}`),
            snippet(sh`:`),
          ),
          [
            ['', '', 1, 'done'],
            ['1\n', '', 4, 'done'],
            ['', '', 0, 'skipped'],
            ['', '', 0, 'skipped'],
          ],
        );
        t.notOk(await exists(never));
        t.same(await run(snippet(sh`echo again`, { critical: true })), [['again\n', '', 0, 'done']]);
      },
    );

    t.test('a process left behind keeps nothing waiting', async (t) => {
      const pidFile = join(folder, 'left');
      await run(snippet(sh`sleep 1000 & echo $! >${pidFile}`));
      const pid = (await readFile(pidFile, 'utf8')).trim();
      t.ok(await lives(pid));
      await run(snippet(sh`kill ${pid}`));
    });

    t.test('when its time is up, the whole tree of a snippet is ended, and the session lives', async (t) => {
      const pids = join(folder, 'pids');
      const script = sh`trap '' TERM; (trap '' TERM; sh -c 'echo $$; exec sleep 1000' >>${pids}) & sleep 1000 & echo $! >>${pids}; wait; sleep 1000`;
      const results = await run(
        snippet(sh`echo before`),
        snippet(script, { timeout: 500, critical: true }),
        snippet(sh`echo no`),
      );
      t.match(results, [
        ['before\n', '', 0, 'done'],
        ['', '', 137, 'timed-out'],
        ['', '', 0, 'skipped'],
      ]);
      const started = (await readFile(pids, 'utf8')).trim().split('\n');
      t.equal(started.length, 2);
      for (const pid of started) t.notOk(await lives(pid), `${pid} is gone`);
      t.same(await run(snippet(sh`echo alive`)), [['alive\n', '', 0, 'done']]);
    });

    t.test('a snippet that says all is well when it is told to end has run out of time all the same', async (t) => {
      const results = await run(
        snippet(sh`trap 'exit 0' TERM; while :; do sleep 0.05; done`, { timeout: 300, critical: true }),
        snippet(sh`echo no`),
      );
      // What its own shell says of the `sleep` that was ended is its own affair.
      t.same(
        results.map(([, , status, outcome]) => [status, outcome]),
        [
          [0, 'timed-out'],
          [0, 'skipped'],
        ],
      );
    });

    t.test('an interrupt ends what runs and skips the rest; an idle session is not touched', async (t) => {
      await session.interrupt();
      let begun: () => void = () => {};
      const running = new Promise<void>((resolve) => {
        begun = resolve;
      });
      const finished = session.run([snippet(sh`echo go; sleep 1000`), snippet(sh`echo no`)], { onLine: () => begun() });
      await running;
      await session.interrupt();
      t.same((await finished).map(brief), [
        ['go\n', '', 143, 'done'],
        ['', '', 0, 'skipped'],
      ]);
      t.same(await run(snippet(sh`echo alive`)), [['alive\n', '', 0, 'done']]);
    });

    t.test('there is no terminal and no input', async (t) => {
      t.same(
        await run(snippet(sh`if [ -t 0 ] || [ -t 1 ] || [ -t 2 ]; then echo terminal; fi; read -r line || echo end`)),
        [['end\n', '', 0, 'done']],
      );
    });

    t.test('ten megabytes in and ten out at the same time', async (t) => {
      const text = 'y'.repeat(1 << 20);
      const results = await session.run(Array.from({ length: 10 }, () => snippet(sh`printf %s ${text}`)));
      t.ok(results.every(({ stdout }) => stdout === text));
    });

    t.test('what prints without end is ended, and fails alone', async (t) => {
      const before = process.memoryUsage.rss();
      const results = await session.run([snippet(sh`exec cat /dev/zero`), snippet(sh`echo after`)]);
      const grown = (process.memoryUsage.rss() - before) / 2 ** 20;
      t.match(results, [
        { status: 143, outcome: 'done', stderr: /it printed more than 64 MiB/ },
        { stdout: 'after\n', status: 0, outcome: 'done' },
      ]);
      t.ok((results[0]?.stdout.length ?? 0) <= 64 * 2 ** 20);
      t.ok(grown < 400, `${Math.round(grown)} MiB more`);
      const [half] = await session.run([snippet(sh`head -c 70000000 /dev/zero`)]);
      t.ok(half?.status === 141 || half?.status === 143, 'half an answer is none');
    });

    t.test('random snippets', async (t) => {
      const seed = Number(process.env.SEED ?? randomInt(2 ** 31));
      t.comment(`SEED=${seed}`);
      let state = seed;
      const random = (below: number) => {
        state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
        return Math.floor((state / 0x80000000) * below);
      };
      const characters = [
        "'",
        '"',
        '`',
        '$',
        '\\',
        '\n',
        ' ',
        ';',
        '(',
        ')',
        '\x1e',
        'é',
        '#',
        '&',
        '|',
        '%',
        'a',
        '-',
      ];
      const word = () => Array.from({ length: random(30) }, () => characters[random(characters.length)]).join('');
      const wanted = Array.from({ length: 60 }, () => ({ out: word(), err: word(), status: random(256) }));
      const results = await run(
        ...wanted.map(({ out, err, status }) => snippet(sh`printf %s ${out}; printf %s ${err} >&2; exit ${status}`)),
      );
      t.same(
        results,
        wanted.map(({ out, err, status }) => [out, err, status, 'done']),
      );
    });

    t.test('frames run one after another', async (t) => {
      const all = await Promise.all([1, 2, 3].map((number) => run(snippet(sh`echo ${number}`))));
      t.same(
        all.flat().map(([stdout]) => stdout),
        ['1\n', '2\n', '3\n'],
      );
    });

    t.test('the end of the shell in the middle is told, with what was done by then', async (t) => {
      const done: number[] = [];
      const frame = [snippet(sh`echo done`), snippet(sh`echo last words >&2; kill -9 $$; sleep 0.2`)];
      const error = await session.run(frame, { onResult: (index) => done.push(index) }).catch((thrown) => thrown);
      t.ok(error instanceof ConnectionLost);
      t.match(error.message, /^the shell ended in the middle: .*(KILL|137).*last words/);
      t.same(done, [0]);
      await t.rejects(session.run([snippet(sh`:`)]), ConnectionLost);
      session = await startShellSession(local.connection, { shell });
      t.same(await run(snippet(sh`echo new`)), [['new\n', '', 0, 'done']]);
    });
  });
}

t.test('a shell that cannot be started is told', async (t) => {
  const connection = await connectLocal();
  t.teardown(() => connection.close());
  const session = await startShellSession(connection, { shell: '/no/such/shell' });
  await t.rejects(session.run([snippet(sh`:`)]), {
    message: /no shell could be started: exit status 127 \(.*not found/,
  });
  await session.close();
});
