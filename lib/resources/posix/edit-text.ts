import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Attribute, Change, State } from '../../model/change.ts';
import { UnmetPrecondition } from '../../model/errors.ts';
import type { Application, Pending } from '../../model/resource.ts';
import type { Script } from '../../model/script.ts';
import { fileMode, fileOwner } from './file-attributes.ts';
import { givenContent } from './file-content.ts';
import { absolutePath } from './file-path.ts';
import { probingFiles } from './file-state.ts';
import { type NewFile, putFiles } from './put-file.ts';
import { type Validation, validation } from './validation.ts';

/** Parameters of every resource that edits a part of a text file. */
export const editedFile = {
  path: absolutePath.describe('The file. A symbolic link is followed.'),
  state: z.enum(['present', 'absent']).default('present').describe('Whether it should be in the file.'),
  create: z.boolean().default(false).describe('Whether a missing file is made. Without it, that is an error.'),
  mode: fileMode.default('0644').describe('Permissions of a file that is made. An existing one keeps its own.'),
  owner: fileOwner.optional().describe('Owner of a file that is made.'),
  group: fileOwner.optional().describe('Group of a file that is made.'),
  validate: validation
    .optional()
    .describe('Makes a script that checks the new version, at the path it is given, before it is put in place.'),
};

/** Parameters after parsing. */
export interface EditedFile {
  readonly path: string;
  readonly state: 'present' | 'absent';
  readonly create: boolean;
  readonly mode: string;
  readonly owner?: string | undefined;
  readonly group?: string | undefined;
  readonly validate?: Validation | undefined;
}

/** A part of a text file: how it is put in order, and how it is named in a change. */
export interface TextEdit<Params> {
  /** The name of the attribute that changes. */
  readonly attribute: string;
  /** The file's content as it should be; the same where it is in order. */
  edit(content: string, params: Params): string;
  /** The part as it stands in a content, for a short note of the change. */
  part(content: string, params: Params): Attribute | undefined;
  /** Whether the change must not be shown. */
  sensitive?(params: Params): boolean;
}

/** What is known of the file. */
export interface TextState extends State {
  /** Undefined where there is no such file. */
  readonly text: string | undefined;
  readonly mode: string | undefined;
  readonly uid: string | undefined;
  readonly gid: string | undefined;
}

/**
 * The functions of a resource that edits part of a text file. What the file should hold is decided here, from the whole
 * content. Several edits of a file are folded over its content in their order and go out as one new version of it,
 * which is refused where somebody else has changed the file since it was read.
 */
export function editingText<Params extends EditedFile>({ attribute, edit, part, sensitive }: TextEdit<Params>) {
  const files = probingFiles<Params>({ path: ({ path }) => path, text: true });
  const apply = (all: readonly Pending<Params, TextState>[]): Application => putFiles(newVersions(all, edit));
  return {
    probe: files.probe,
    probeMany: files.probeMany,
    read(stdout: string, params: Params): TextState {
      const { kind, text, mode, uid, gid } = files.state(stdout, params);
      if (kind !== 'file' && kind !== 'absent' && kind !== 'link') {
        throw new UnmetPrecondition(`${params.path} is no regular file`);
      }
      if (text === undefined && params.state === 'present' && !params.create) {
        throw new UnmetPrecondition(`there is no file ${params.path}: say create: true if it may be made`);
      }
      return { text, mode, uid, gid };
    },
    desired: ({ state }: Params): State => ({ state }),
    diff({ text: before = '' }: TextState, _desired: State, params: Params): Change[] {
      const after = edit(before, params);
      if (after === before) return [];
      if (sensitive?.(params)) return [{ attribute, before: undefined, after: undefined, sensitive: true }];
      return [{ attribute, before: part(before, params), after: part(after, params), text: { before, after } }];
    },
    apply: (params: Params, changes: readonly Change[], current: TextState) => apply([{ params, changes, current }]),
    together: { compatible: () => true, apply },
  };
}

/** One new version for each file, in the order in which the files are first named. */
function newVersions<Params extends EditedFile>(
  all: readonly Pending<Params, TextState>[],
  edit: (content: string, params: Params) => string,
): readonly NewFile[] {
  const byPath = new Map<string, Pending<Params, TextState>[]>();
  for (const pending of all) {
    const same = byPath.get(pending.params.path);
    if (same) same.push(pending);
    else byPath.set(pending.params.path, [pending]);
  }
  return [...byPath.values()].flatMap((edits) => {
    const [first] = edits;
    if (!first) return [];
    const { path, mode, owner, group } = first.params;
    const { text, uid, gid } = first.current;
    const after = edits.reduce((content, { params }) => edit(content, params), text ?? '');
    return [
      {
        path,
        content: givenContent(after),
        attributes: text === undefined ? { mode, owner, group } : { mode: first.current.mode, owner: uid, group: gid },
        validate: validations(edits.map(({ params }) => params.validate)),
        unless: { changedSince: text === undefined ? 'absent' : sha256(text) },
      },
    ];
  });
}

function validations(all: readonly (Validation | undefined)[]): readonly ((path: string) => Script)[] {
  return [...new Set(all.filter((one) => one !== undefined))];
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
