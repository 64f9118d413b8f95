import { readFileSync } from 'node:fs';
import t from 'tap';
import { reference, referenceFile, undescribed } from '../../../scripts/reference.ts';

t.test('docs/resources.md says what the schemas say', async (t) => {
  t.equal(readFileSync(referenceFile, 'utf8'), reference(), 'not stale; `npm run docs` writes it anew');
});

t.test('every parameter is described', async (t) => {
  t.same(undescribed(), []);
});
