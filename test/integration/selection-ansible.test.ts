// Tags decide as they do with Ansible: every combination is put to Ansible itself.
import { execa } from 'execa';
import t from 'tap';
import { tagsSelected } from '../../lib/engine/tags.ts';

const PYTHON = '/usr/bin/python3';

/** Every list that can be made of some of these words. */
function subsets(words: readonly string[]): readonly (readonly string[])[] {
  const [first, ...others] = words;
  if (first === undefined) return [[]];
  return subsets(others).flatMap((subset) => [subset, [first, ...subset]]);
}

const installed = await execa(PYTHON, ['-c', 'import ansible'], { reject: false });
const skip = installed.exitCode === 0 ? false : 'Ansible is not installed (apt-get install ansible-core)';

t.test('tags select what they select with Ansible', { skip }, async (t) => {
  const own = subsets(['web', 'db', 'always', 'never']);
  const asked = subsets(['web', 'never', 'tagged', 'untagged', 'all']);
  const skipped = subsets(['web', 'always', 'tagged', 'untagged', 'all']);
  const cases = own.flatMap((mine) => asked.flatMap((tags) => skipped.map((not) => ({ own: mine, tags, skip: not }))));
  const { stdout } = await execa(PYTHON, ['test/support/ansible-tags.py'], { input: JSON.stringify(cases) });
  const expected: unknown = JSON.parse(stdout);
  const found = cases.map((each) =>
    tagsSelected(each.own, { tags: each.tags.length === 0 ? undefined : each.tags, skipTags: each.skip }),
  );
  if (!Array.isArray(expected)) throw new Error('Ansible gave no list');
  t.equal(expected.length, cases.length);
  const wrong = cases.filter((_, index) => found[index] !== expected[index]);
  t.strictSame(wrong.slice(0, 5), [], `${cases.length} combinations`);
});
