import { statSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { type Change, compareStates } from '../../model/change.ts';
import { UnmetPrecondition } from '../../model/errors.ts';
import { resource } from '../../model/resource.ts';
import { lines, sh } from '../../model/script.ts';
import { Secret } from '../../model/secret.ts';
import { attributesOf, fileMode, fileOwner, setAttributes } from './file-attributes.ts';
import { contentOfFile, givenContent } from './file-content.ts';
import { absolutePath } from './file-path.ts';
import { type FileState, probingFiles } from './file-state.ts';
import { putFiles } from './put-file.ts';
import { validation } from './validation.ts';

/** Up to so many bytes of an old and a new text are shown as a difference. */
const SHOWN = 262_144;

const isFile = (path: string) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

/** Says where it was looked for: a relative path is looked up from where garden runs, not from the playbook. */
function noSuchFile({ input }: { readonly input?: unknown }): string {
  const path = String(input);
  return `there is no such file on the controller: ${path}${isAbsolute(path) ? '' : ` (looked for in ${process.cwd()})`}`;
}

const params = z
  .strictObject({
    path: absolutePath.describe('Where the file is. A symbolic link is followed: what it leads to is the file.'),
    content: z
      .union([z.string(), z.instanceof(Uint8Array), z.instanceof(Secret), makesText()])
      .optional()
      .describe('What it holds: a text, bytes, a secret, or a function that returns the text.'),
    source: z
      .string()
      .refine(isFile, { error: noSuchFile })
      .optional()
      .describe('A file on the controller with what it holds, relative to the folder that garden runs in.'),
    mode: fileMode
      .optional()
      .describe("Permissions, such as '0644'. A new file gets 0644, or 0600 if it is sensitive."),
    owner: fileOwner.optional().describe('Name or number of the user that owns it.'),
    group: fileOwner.optional().describe('Name or number of its group.'),
    validate: validation
      .optional()
      .describe('Makes a script that checks the new version, at the path it is given, before it is put in place.'),
    backup: z.boolean().default(false).describe('Whether the old version is kept beside it, as `path.<time>~`.'),
    sensitive: z.boolean().default(false).describe('Whether its content must not be shown. So it is with a secret.'),
  })
  .refine(({ content, source }) => content === undefined || source === undefined, {
    message: 'either content or source, not both',
    path: ['source'],
  })
  .transform(({ content, source, sensitive, ...rest }) => ({
    ...rest,
    sensitive: sensitive || content instanceof Secret,
    content: source !== undefined ? contentOfFile(source) : content !== undefined ? givenContent(content) : undefined,
  }));
type Params = z.output<typeof params>;

function makesText() {
  return z.custom<() => string>((value) => typeof value === 'function', 'a text, bytes, a secret, or a function');
}

type Current = ReturnType<typeof currentOf>;

function currentOf(state: FileState, wanted: Params) {
  return {
    state: state.kind === 'file' ? ('present' as const) : ('absent' as const),
    content: state.sha256,
    ...attributesOf(state, wanted),
    uid: state.uid,
    gid: state.gid,
    size: state.size,
  };
}

const files = probingFiles<Params>({ path: ({ path }) => path, hash: ({ content }) => content !== undefined });

/** A regular file: its content, permissions and owner. */
export const file = resource('file', {
  description:
    'A regular file: its content, permissions and owner. A new version is written beside it, checked, validated if asked, and renamed, so that nobody ever reads half of it. With neither content nor source an existing file keeps what it holds, and a missing one is made empty.',
  platform: 'posix',
  params,
  id: ({ path }) => path,
  owns: ({ path }) => [path],
  probe: files.probe,
  probeMany: files.probeMany,
  read(stdout, wanted): Current {
    const state = files.state(stdout, wanted);
    if (state.kind === 'directory' || state.kind === 'other') {
      throw new UnmetPrecondition(`${wanted.path} is ${state.kind === 'directory' ? 'a folder' : 'no regular file'}`);
    }
    return currentOf(state, wanted);
  },
  desired: (wanted, current) => ({
    state: 'present',
    content: wanted.content?.sha256,
    mode: wanted.mode ?? (current.state === 'absent' ? newMode(wanted) : undefined),
    owner: wanted.owner,
    group: wanted.group,
  }),
  diff: (current, desired, wanted) => compareStates(current, desired).map((change) => shown(change, wanted)),
  reveal: {
    probe({ path, content, sensitive }, changes) {
      const change = changes.find(({ attribute }) => attribute === 'content');
      if (!change || !content || sensitive || content.size > SHOWN) return null;
      return sh`[ ! -e ${path} ] || head -c ${SHOWN + 1} ${path}`;
    },
    read(before, { content }, changes) {
      const after = content && textOf(content.bytes());
      if (after === undefined || before.length > SHOWN || /[\0\ufffd]/.test(before)) return [...changes];
      return changes.map((change) =>
        change.attribute === 'content' ? { ...change, text: { before, after } } : change,
      );
    },
  },
  apply(wanted, changes, current) {
    const { path, content, owner, group, validate, backup } = wanted;
    const changed = new Set(changes.map(({ attribute }) => attribute));
    if (current.state === 'absent' || changed.has('content')) {
      const attributes = {
        mode: wanted.mode ?? current.mode ?? newMode(wanted),
        owner: owner ?? current.uid,
        group: group ?? current.gid,
      };
      const checks = validate ? [validate] : [];
      return putFiles([{ path, content: content ?? givenContent(''), attributes, validate: checks, backup }]);
    }
    return lines([setAttributes(sh`${path}`, wanted)]);
  },
  together: { compatible: (earlier, next) => earlier.path !== next.path },
});

function newMode({ sensitive }: Params): string {
  return sensitive ? '0600' : '0644';
}

/** A hash is shown as far as it tells two apart; that of a secret would let it be guessed. */
function shown(change: Change, { sensitive }: Params): Change {
  if (change.attribute !== 'content') return change;
  if (sensitive) return { attribute: 'content', before: undefined, after: undefined, sensitive: true };
  const short = (hash: Change['before']) => (typeof hash === 'string' ? `sha256:${hash.slice(0, 12)}` : undefined);
  return { ...change, before: short(change.before), after: short(change.after) };
}

function textOf(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes).toString('utf8');
  return text.includes('\0') || !Buffer.from(text).equals(bytes) ? undefined : text;
}
