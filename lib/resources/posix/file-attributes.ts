import { z } from 'zod';
import { lines, type Script, sh } from '../../model/script.ts';
import { accountName } from './account-name.ts';
import type { FileState } from './file-state.ts';

/** Permissions as chmod(1) takes them in octal; always four digits, so that they can be compared with stat's. */
export const fileMode = z
  .string()
  .regex(/^0?[0-7]{3,4}$/, "permissions in octal, such as '0644'")
  .transform((mode) => mode.slice(-4).padStart(4, '0'));

/** The name of a user or group, or its number. */
export const fileOwner = z
  .union([accountName, z.int().min(0), z.string().regex(/^\d+$/)])
  .transform((owner) => String(owner));

/** Who may do what with a file. What is undefined is left as it is. */
export interface FileAttributes {
  readonly mode?: string | undefined;
  readonly owner?: string | undefined;
  readonly group?: string | undefined;
}

const isNumber = (owner: string | undefined) => owner !== undefined && /^\d+$/.test(owner);

/** The attributes of a file in the terms in which they are wanted: a number where a number is asked for. */
export function attributesOf(state: FileState, wanted: FileAttributes): FileAttributes {
  return {
    mode: state.mode,
    owner: isNumber(wanted.owner) ? state.uid : state.owner,
    group: isNumber(wanted.group) ? state.gid : state.group,
  };
}

/**
 * A script that exits where one of them is refused. chown(1) comes first: it takes setuid and setgid bits away. Only
 * with a fifth digit does GNU's chmod take these bits from a folder.
 */
export function setAttributes(path: Script, { mode, owner, group }: FileAttributes): Script {
  const account = `${owner ?? ''}${group === undefined ? '' : `:${group}`}`;
  return lines([
    ...(account === '' ? [] : [sh`chown ${account} ${path} || exit 1`]),
    ...(mode === undefined ? [] : [sh`chmod ${`0${mode}`} ${path} || exit 1`]),
  ]);
}
