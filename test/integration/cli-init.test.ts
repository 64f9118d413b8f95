import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { makeProject } from '../support/garden.ts';

t.test('garden init: what can go wrong, and what a folder may be called', async (t) => {
  const project = await makeProject('init');
  t.teardown(() => project.remove());
  await project.write('file', '');
  await project.write('site.ts', 'mine');

  const mistakes: readonly (readonly [string, RegExp])[] = [
    ['', /the name of the folder is empty/],
    ['file', /"file" is there already, and is no folder/],
    // Not even root can make one there.
    ['/proc/demo', /the project cannot be written: .*\/proc\/demo/],
    ['.', /^site\.ts: is there already\n {2}→ garden init writes over nothing/],
  ];
  for (const [folder, expected] of mistakes) {
    const { status, stderr, stdout } = await project.garden(['init', folder]);
    t.equal(status, 5, folder);
    t.match(stderr, expected, folder);
    t.equal(stdout, '', folder);
  }
  t.same(readdirSync(project.folder).sort(), ['file', 'site.ts'], 'a mistake leaves nothing behind');
  t.equal(await readFile(join(project.folder, 'site.ts'), 'utf8'), 'mine');

  const { status, stdout } = await project.garden(['init', 'a/My Proxies!']);
  t.equal(status, 0);
  t.match(stdout, /^ {2}cd 'a\/My Proxies!'$/m);
  const folder = join(project.folder, 'a/My Proxies!');
  t.match(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')), { name: 'my-proxies', private: true });
  t.ok(existsSync(join(folder, 'roles/hello/index.ts')));
});
