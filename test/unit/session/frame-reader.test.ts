import t from 'tap';
import { FrameReader } from '../../../lib/session/frame-reader.ts';

const NONCE = 'abc';
const mark = (kind: string, index: number, value = 0) => Buffer.from(`\x1e${NONCE} ${kind} ${index} ${value}\n`);

t.test('a result is complete when both streams have reached its end', async (t) => {
  const seen: string[] = [];
  const reader = new FrameReader(NONCE, 2, {
    onBegin: (index, pid) => seen.push(`begin ${index} ${pid}`),
    onEnd: (index) => seen.push(`end ${index}`),
    onResult: (index, { stdout, stderr, status, outcome }) =>
      seen.push(`result ${index} ${stdout}/${stderr} ${status} ${outcome}`),
  });
  reader.push('stdout', Buffer.from('greeting of a log-in shell\n'));
  reader.push('stdout', mark('begin', 0, 12));
  reader.push('stdout', Buffer.from('one'));
  reader.push('stdout', mark('done', 0, 5));
  reader.push('stdout', mark('skipped', 1));
  t.same(seen, ['begin 0 12', 'end 0', 'end 1']);
  reader.push('stderr', Buffer.concat([mark('begin', 0, 12), Buffer.from('oops'), mark('done', 0, 5)]));
  t.equal(seen.at(-1), 'result 0 one/oops 5 done');
  reader.push('stderr', Buffer.concat([Buffer.from('left behind'), mark('skipped', 1)]));
  t.equal(seen.at(-1), 'result 1 / 0 skipped');
  t.equal((await reader.complete).length, 2);
});

t.test('lines are told as they come, each with its snippet', async (t) => {
  const seen: string[] = [];
  const reader = new FrameReader(NONCE, 1, { onLine: (index, line) => seen.push(`${index} ${line}`) });
  reader.push('stdout', mark('begin', 0, 1));
  const text = Buffer.from('größer\nunfin');
  reader.push('stdout', text.subarray(0, 3)); // In the middle of the ö.
  t.same(seen, []);
  reader.push('stdout', text.subarray(3));
  t.same(seen, ['0 größer']);
  reader.push('stderr', Buffer.concat([mark('begin', 0, 1), Buffer.from('warning\n')]));
  reader.push('stdout', Buffer.concat([Buffer.from('ished'), mark('expired', 0, 143)]));
  t.same(seen, ['0 größer', '0 warning', '0 unfinished']);
  reader.push('stderr', mark('expired', 0, 143));
  const [result] = await reader.complete;
  t.match(result, { stdout: 'größer\nunfinished', stderr: 'warning\n', status: 143, outcome: 'timed-out' });
});
