import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const FIXTURES = fileURLToPath(new URL('../fixtures/winrm/', import.meta.url));

/** Says why no peer can be started here, for a test that is left out; undefined where it can. */
export const peerUnavailable: string | undefined = existsSync('/usr/lib/python3/dist-packages/gssapi')
  ? undefined
  : 'the WinRM peer needs the Debian packages python3-gssapi, gss-ntlmssp and python3-cryptography';

/** A WinRM server on loopback whose security is MIT's and gss-ntlmssp's, not ours. */
export interface WinrmPeer {
  readonly port: number;
  /** What it logged so far. */
  readonly log: readonly string[];
  stop(): Promise<void>;
}

/** Has a folder of certificates made: `sha256.pem`, `sha256.key` and so on; the caller removes it. */
export async function makeCertificates(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'garden-winrm-'));
  await execute('bash', [join(FIXTURES, 'peer/mkcerts.sh'), folder]);
  return folder;
}

/** Starts a peer that knows LAB\alice with `Secret-1`. */
export async function startPeer(...args: readonly string[]): Promise<WinrmPeer> {
  const folder = await mkdtemp(join(tmpdir(), 'garden-winrm-'));
  const users = join(folder, 'users');
  await writeFile(users, 'LAB:alice:Secret-1\n');
  const script = join(FIXTURES, 'peer/winrm_peer.py');
  const child = spawn('/usr/bin/python3', [script, '--users', users, '-v', ...args]);
  const log: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => log.push(line));
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const port = await new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', (line) => resolve(Number(line)));
    child.once('exit', () => reject(new Error(`the peer did not start:\n${log.join('\n')}`)));
  });
  return {
    port,
    log,
    async stop() {
      child.kill();
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A recording of a real server's answers. */
export function recording(name: string): string {
  return join(FIXTURES, 'recordings', `${name}.json`);
}
