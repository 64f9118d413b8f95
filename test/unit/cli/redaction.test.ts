import t from 'tap';
import type { Event } from '../../../lib/model/events.ts';
import { redacted, rewriteTexts } from '../../../lib/secrets/event-redaction.ts';
import { sampleRun, taskReference } from '../../support/run-events.ts';

t.test('every text of every event is changed, the protocol is not', async (t) => {
  for (const event of sampleRun()) {
    const before = JSON.stringify(event);
    const changed = rewriteTexts(event, () => 'X');
    t.equal(JSON.stringify(event), before, 'the event itself stays');
    t.equal(changed.type, event.type);
    const texts: unknown[] = [];
    JSON.stringify(changed, (key, value: unknown) => {
      if (typeof value === 'string' && !['type', 'status', 'level', 'stream'].includes(key)) texts.push(value);
      return value;
    });
    t.ok(
      texts.every((text) => text === 'X'),
      `${event.type}: ${texts.length} texts`,
    );
  }
});

t.test('a secret that is a word of the protocol does no harm', async (t) => {
  const seen: Event[] = [];
  const listener = redacted(
    (event) => seen.push(event),
    (text) => text.replaceAll('failed', '***'),
  );
  const failed = sampleRun().find((event) => event.type === 'task-finished' && event.status === 'failed');
  if (failed === undefined) throw new Error('the sample has a failure');
  listener(failed);
  t.match(seen, [{ type: 'task-finished', status: 'failed' }]);
});

t.test('of what is sensitive no value is passed on', async (t) => {
  const seen: Event[] = [];
  const listener = redacted(
    (event) => seen.push(event),
    (text) => text,
  );
  const task = taskReference('', 'user ann');
  const text = { before: 'one', after: 'canary' };
  const changes = [{ attribute: 'password', before: 'one', after: 'canary', text, sensitive: true }];
  listener({ type: 'task-applying', host: 'a', task, changes });
  t.match(seen, [{ changes: [{ attribute: 'password', sensitive: true }] }]);
  t.notMatch(JSON.stringify(seen), 'canary');
});
