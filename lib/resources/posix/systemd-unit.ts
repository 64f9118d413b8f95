import { createHash } from 'node:crypto';
import { z } from 'zod';
import { compareStates, type State } from '../../model/change.ts';
import { resource } from '../../model/resource.ts';
import { lines, printBytes, type Script, sh } from '../../model/script.ts';
import {
  activityOf,
  enablementOf,
  isUnitName,
  readUnit,
  SYSTEMCTL,
  showUnits,
  type Unit,
  unitBlocks,
} from './systemd.ts';

const FOLDER = '/etc/systemd/system';

const params = z
  .strictObject({
    name: z
      .string()
      .refine(isUnitName, 'the name of a unit with its ending, such as backup.service or backup@.timer')
      .describe(`Name of the unit, with its ending; the file is \`${FOLDER}/NAME\`.`),
    content: z
      .string()
      .optional()
      .describe('The whole text of the unit file. Left out only where it should be absent.'),
    state: z
      .enum(['present', 'absent'])
      .default('present')
      .describe('Whether the file exists. A unit is stopped and disabled before its file goes.'),
    enabled: z.boolean().optional().describe('Whether it is started at boot; needs an `[Install]` section.'),
    running: z
      .boolean()
      .optional()
      .describe('Whether it runs. It is not restarted when its text changes: notify a handler.'),
  })
  .refine(({ state, content }) => (state === 'present') === (content !== undefined), {
    message: 'needs content, and takes none where the state is absent',
    path: ['content'],
  })
  .refine(({ enabled, content }) => !enabled || content === undefined || /^\[Install\]/m.test(content), {
    message: 'the text has no [Install] section, so there is nothing to enable',
    path: ['enabled'],
  })
  .refine(({ state, enabled, running }) => state === 'present' || !(enabled || running), {
    message: 'an absent unit can neither be enabled nor run',
    path: ['state'],
  })
  .refine(({ name, enabled, running }) => !isTemplate(name) || (enabled === undefined && running === undefined), {
    message: 'a template is neither enabled nor run itself; use service() for its instances',
    path: ['name'],
  });
type Params = z.output<typeof params>;

type Presence = 'present' | 'absent';

interface Current extends State {
  readonly state: Presence;
  readonly content: string | undefined;
  /** `current`, or what is wrong with what systemd knows of it. */
  readonly loaded: string | undefined;
  readonly enabled: boolean | undefined;
  readonly running: boolean | undefined;
}

function isTemplate(name: string): boolean {
  return name.includes('@.');
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function pathOf({ name }: Params): string {
  return `${FOLDER}/${name}`;
}

/** A checksum for each file that is there (sha256sum(1)), an empty line, and what systemd knows of the units. */
function script(many: readonly Params[]): Script {
  const units = many.map(({ name }) => name).filter((name) => !isTemplate(name));
  return sh`cd ${FOLDER} || exit
sha256sum -- ${many.map(({ name }) => name)} 2>/dev/null
echo
${showUnits(units)}`;
}

/** Name and checksum in a line of sha256sum, which puts a backslash before lines in which it had to double one. */
function checksumOf(line: string): { readonly name: string; readonly hash: string } | undefined {
  const [, escaped, hash, name] = /^(\\?)([0-9a-f]{64}) [ *](.*)$/.exec(line) ?? [];
  if (hash === undefined || name === undefined) return undefined;
  return { hash, name: escaped ? name.replaceAll('\\\\', '\\') : name };
}

/** The lines of sha256sum, and the blocks of systemctl behind the first empty line. */
function parts(stdout: string): { readonly files: readonly string[]; readonly blocks: readonly string[] } {
  const gap = stdout.startsWith('\n') ? 0 : stdout.indexOf('\n\n') + 1;
  return { files: stdout.slice(0, gap).split('\n'), blocks: unitBlocks(stdout.slice(gap)) };
}

function split(stdout: string, many: readonly Params[]): readonly string[] {
  const { files, blocks } = parts(stdout);
  let next = 0;
  return many.map(({ name }) => {
    const file = files.find((line) => checksumOf(line)?.name === name);
    return `${file ? `${file}\n` : ''}\n${isTemplate(name) ? '' : (blocks[next++] ?? '')}`;
  });
}

function loadedOf({ load, outdated }: Unit): string {
  if (load !== 'loaded') return load;
  return outdated ? 'outdated' : 'current';
}

function read(stdout: string, { name, enabled, running }: Params): Current {
  const { files, blocks } = parts(stdout);
  const content = checksumOf(files[0] ?? '')?.hash;
  const unit = blocks[0] === undefined ? undefined : readUnit(blocks[0], name);
  const there = content !== undefined;
  return {
    state: there ? 'present' : 'absent',
    content,
    loaded: unit && loadedOf(unit),
    // What systemd says of a file that is to be replaced must not end the task.
    enabled: unit && enabled !== undefined ? enablementOf(unit, there ? enabled : undefined) : undefined,
    running: unit && running !== undefined ? isRunning(unit, running, there) : undefined,
  };
}

function isRunning(unit: Unit, wanted: boolean, there: boolean): boolean {
  return activityOf(unit, wanted && there ? 'running' : undefined) === 'running';
}

/** A unit file of one's own. */
export const systemdUnit = resource('systemdUnit', {
  description:
    'A unit file in /etc/systemd/system, together with what it means: systemd reads it again, and the unit is enabled and started as asked.',
  platform: 'posix',
  params,
  id: ({ name }) => name,
  owns: ({ name }) => [`${FOLDER}/${name}`],
  probe: (each) => script([each]),
  probeMany: { script, split },
  read,
  desired: ({ state, content, enabled, running, name }): State => {
    if (state === 'absent') return { state };
    const loaded = isTemplate(name) ? undefined : 'current';
    return { state, content: content && hashOf(content), loaded, enabled, running };
  },
  diff(current, desired) {
    const changes = compareStates(current, desired);
    const rewritten = changes.some(({ attribute }) => attribute === 'content');
    // That systemd has not read the new text is no news of its own.
    return changes.filter(({ attribute }) => !(rewritten && attribute === 'loaded'));
  },
  reveal: {
    probe: (each, changes) =>
      changes.some(({ attribute }) => attribute === 'content') ? sh`cat ${pathOf(each)} 2>/dev/null || :` : null,
    read: (before, { content = '' }, changes) =>
      changes.map((change) =>
        change.attribute === 'content' ? { ...change, text: { before, after: content } } : change,
      ),
  },
  apply(each, changes, current) {
    const { name, content, enabled, running, state } = each;
    const changed = new Set(changes.map(({ attribute }) => attribute));
    const path = pathOf(each);
    if (state === 'absent') {
      return sh`${isTemplate(name) ? sh`` : sh`systemctl --no-ask-password disable --now -- ${name}`}
rm -f ${path} && systemctl --no-ask-password daemon-reload || exit
${isTemplate(name) ? sh`` : sh`systemctl --no-ask-password reset-failed -- ${name} 2>/dev/null || :`}`;
    }
    const temporary = `${FOLDER}/.${name}.garden`;
    return lines([
      SYSTEMCTL,
      ...(changed.has('content')
        ? [
            sh`rm -f ${temporary} && ${printBytes(content ?? '')} >${temporary} && chmod 0644 ${temporary} && mv -f ${temporary} ${path} || exit`,
          ]
        : []),
      ...(changed.has('content') || changed.has('loaded')
        ? [sh`systemctl --no-ask-password daemon-reload || exit`]
        : []),
      ...(changed.has('enabled') ? [sh`control ${enabled ? 'enable' : 'disable'} ${name}`] : []),
      ...(changed.has('running') && running
        ? [sh`systemctl --no-ask-password reset-failed -- ${name} 2>/dev/null`, sh`control start ${name}`]
        : []),
      ...(changed.has('running') && !running && current.running ? [sh`control stop ${name}`] : []),
    ]);
  },
  together: { compatible: (earlier, next) => earlier.name !== next.name },
});
