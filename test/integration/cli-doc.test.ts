import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { makeProject } from '../support/garden.ts';

const ROLE = `
import { file, role } from 'walled-garden';
import { z } from 'zod';

export const motd = role('motd', {
  description: 'The message of the day',
  params: z.strictObject({
    lines: z.array(z.string()).min(1).describe('What it says'),
    level: z.enum(['calm', 'loud']).default('calm').describe('How it says it'),
    authors: z.array(z.strictObject({ name: z.string().describe('Full name') })).optional().describe('Who wrote it'),
  }),
  tasks: ({ params }) => [file({ path: '/etc/motd', content: params.lines.join('\\n') })],
});
`;

t.test('garden doc', async (t) => {
  const project = await makeProject('doc');
  t.teardown(() => project.remove());
  await mkdir(join(project.folder, 'roles/motd'), { recursive: true });
  await project.write('roles/motd/index.ts', ROLE);

  await t.test('pain 17: a role tells its parameters, from the schema that checks them', async (t) => {
    const { status, stdout, stderr } = await project.garden(['doc', 'motd']);
    t.equal(status, 0, stderr);
    t.match(stdout, /^motd {2}role\n {2}The message of the day$/m);
    t.match(stdout, /^ {2}lines {2}string\[\] {2}required\n {6}What it says$/m);
    t.match(stdout, /^ {2}level {2}"calm" \| "loud" {2}default "calm"$/m);
    t.match(stdout, /^ {2}authors {2}a list of\n {6}Who wrote it\n {6}name {2}string {2}required$/m);
    t.match(stdout, /import \{ motd \} from '\.\/roles\/motd\/index\.ts';\n {2}motd\(\{ lines: \['…'\] \}\)/);
  });

  await t.test('all that there are, of garden and of the project', async (t) => {
    const { stdout } = await project.garden(['doc', '-l']);
    t.match(stdout, /^Roles\n(?: {2}.*\n)* {2}motd +The message of the day$/m);
    t.match(stdout, /^ {2}haproxy +HAProxy/m);
    t.match(stdout, /^Resources\n(?: {2}.*\n)* {2}file +A regular file/m);
    t.match(stdout, /^Facts\n(?: {2}.*\n)* {2}os +The operating system/m);
    t.equal((await project.garden(['doc'])).stdout, stdout);
    t.ok(
      stdout.split('\n').every((line) => line.length <= 100),
      'a line each, not wider than the page',
    );
  });

  await t.test('several at once, and as data', async (t) => {
    const { stdout } = await project.garden(['doc', 'file', 'motd', 'os', '--format', 'json']);
    const known: unknown = JSON.parse(stdout);
    t.match(known, [
      { type: 'resource', name: 'file', parameters: { properties: { path: { type: 'string' } }, required: ['path'] } },
      { type: 'role', name: 'motd', parameters: { properties: { level: { enum: ['calm', 'loud'] } } } },
      { type: 'fact', name: 'os' },
    ]);
  });

  await t.test('pain 13: unknown names are mistakes, all at once, with what was meant', async (t) => {
    const { status, stdout, stderr } = await project.garden(['doc', 'moth', 'pakages']);
    t.equal(status, 5);
    t.equal(stdout, '');
    t.match(stderr, /"moth" \(did you mean "motd"\?\)/);
    t.match(stderr, /"pakages" \(did you mean "packages"\?\)/);
  });

  await t.test('a role of the project that does not load is told, and the rest can be read', async (t) => {
    await mkdir(join(project.folder, 'roles/broken'), { recursive: true });
    await project.write(
      'roles/broken/index.ts',
      "import { filee } from 'walled-garden';\nexport const broken = filee;\n",
    );
    const { status, stdout, stderr } = await project.garden(['doc', 'file']);
    t.equal(status, 0);
    t.match(stdout, /^file {2}resource$/m);
    t.match(stderr, /roles\/broken\/index\.ts:1.*does not export "filee" \(did you mean "file"\?\)/);
  });
});
