import { constants } from 'node:fs';
import { type FileHandle, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { ConnectionSettings } from '../model/host.ts';
import { lines, type Script, sh } from '../model/script.ts';
import type { Secret } from '../model/secret.ts';
import { expandHome, type SshConfig } from './ssh-config.ts';

/** Hands a password to the system's ssh when it asks for it. */
export interface Askpass {
  /** For ssh's environment (ssh(1), ENVIRONMENT). */
  readonly environment: Readonly<Record<string, string>>;
  /** Forgets what was not asked for. */
  close(): Promise<void>;
}

/**
 * What is none of our questions, a jump host's for example, ends the ssh that asks: it would send an empty answer,
 * three times.
 */
const REFUSE = sh`*) echo "garden has no answer to: $1" >&2; kill "$PPID"; exit 1;;`;

/** Answers one question once: a second time the answer would be wrong again, and count towards a lock-out. */
function answer(question: Script, pipe: string): Script {
  return sh`${question}) [ -p ${pipe} ] && exec 3< ${pipe} && rm -f ${pipe} && IFS= read -r answer <&3 && printf '%s\\n' "$answer";;`;
}

/** Puts a secret into a named pipe: it is in the kernel's memory only, until it is read or the pipe is closed. */
async function fill(pipe: string, secret: Secret): Promise<FileHandle> {
  await execa('mkfifo', ['-m', '600', pipe], { stdin: 'ignore' });
  // Opened for both, a pipe waits for no reader (fifo(7)).
  const handle = await open(pipe, constants.O_RDWR | constants.O_NONBLOCK);
  await handle.write(`${secret.reveal()}\n`);
  return handle;
}

/**
 * Makes a helper that ssh starts as SSH_ASKPASS. It holds no secret: it reads the answer from a named pipe in the
 * private folder, and only for the question of this very user, host and key, so that a jump host never gets it.
 *
 * @param folder a private folder (mode 0700), removed by the caller.
 */
export async function makeAskpass(config: SshConfig, settings: ConnectionSettings, folder: string): Promise<Askpass> {
  const handles: FileHandle[] = [];
  const cases: Script[] = [];
  const { password, privateKeyPassphrase, privateKeyFile } = settings;
  if (password !== undefined) {
    const pipe = join(folder, 'password');
    handles.push(await fill(pipe, password));
    const host = config.get('hostkeyalias') ?? config.hostname;
    // The two forms of OpenSSH's prompt (sshconnect2.c): for password and for keyboard-interactive.
    const plain = `${config.user.slice(0, 30)}@${host.slice(0, 128)}'s password: `;
    const interactive = `(${config.user}@${host}) `;
    cases.push(answer(sh`${plain} | ${interactive}*assword*`, pipe));
  }
  if (privateKeyPassphrase !== undefined && privateKeyFile !== undefined) {
    const pipe = join(folder, 'passphrase');
    handles.push(await fill(pipe, privateKeyPassphrase));
    const question = `Enter passphrase for key '${expandHome(privateKeyFile).slice(0, 100)}': `;
    cases.push(answer(sh`${question}`, pipe));
  }
  const helper = join(folder, 'askpass');
  const script = lines([sh`#!/bin/sh`, sh`case $1 in`, ...cases, REFUSE, sh`esac`]);
  await writeFile(helper, `${script.text}\n`, { mode: 0o700 });
  return {
    environment: { SSH_ASKPASS: helper, SSH_ASKPASS_REQUIRE: 'force' },
    async close() {
      await Promise.all(handles.map((handle) => handle.close()));
    },
  };
}
