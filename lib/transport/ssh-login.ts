import type { Readable } from 'node:stream';
import { NodeSSH } from 'node-ssh';
import type { Client } from 'ssh2';
import { Unreachable } from '../model/errors.ts';
import { errorCode, errorText } from '../model/thrown.ts';
import type { HostKeys } from './host-key.ts';
import { CutOff } from './login-limit.ts';
import { HINT_SILENT } from './network-errors.ts';
import type { Attempts } from './ssh-authentication.ts';
import type { SshConfig } from './ssh-config.ts';
import type { Notice } from './transport.ts';

/** In milliseconds; with three missed answers a dead host is noticed after 40 s. */
const KEEPALIVE_INTERVAL = 10_000;
const KEEPALIVE_MISSED = 3;

/** What one try at logging in needs. */
export interface LoginContext {
  readonly config: SshConfig;
  readonly hostKeys: HostKeys;
  readonly attempts: Attempts;
  readonly notice: Notice;
  /** Aborted when the time is up or the caller gave up. */
  readonly signal: AbortSignal;
}

/** How far a log-in has come. */
type Stage = 'greeting' | 'authentication' | 'done';

/**
 * Speaks SSH over a byte stream: verifies the host key, logs in.
 *
 * @throws CutOff where the other side hung up before it said who it is; Unreachable for every other failure.
 */
export async function logInOver(stream: Readable, context: LoginContext): Promise<Client> {
  const { config, hostKeys, attempts, notice, signal } = context;
  const session = new NodeSSH();
  let stage: Stage = 'greeting';
  let refused: Unreachable | undefined;
  let accepted: Buffer | undefined;
  let expired = false;

  const onAbort = () => stream.destroy();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const connecting = session.connect({
      sock: stream,
      username: config.user,
      // The signal bounds the whole log-in, so ssh2's own clock is off.
      readyTimeout: 0,
      keepaliveInterval: KEEPALIVE_INTERVAL,
      keepaliveCountMax: KEEPALIVE_MISSED,
      algorithms: { serverHostKey: hostKeys.algorithms },
      hostVerifier: (key: Buffer) => {
        const verdict = hostKeys.judge(key);
        if (verdict.kind === 'refused') refused = verdict.error;
        if (verdict.kind === 'accepted') accepted = key;
        return verdict.kind !== 'refused';
      },
      authHandler: (allowed) => attempts.next(allowed),
    });
    const client = session.connection;
    // ssh2 may report several errors for one cause; one without a listener would end the process.
    client?.on('error', () => {});
    client?.on('handshake', () => {
      stage = 'authentication';
    });
    client?.on('change password', () => {
      expired = true;
      client.end();
    });
    await connecting;
    stage = 'done';
    if (client === null || session.connection === null) throw new Error('the connection was closed at once');
    // Written down only now, when the host has proved that it has the key (RFC 4253, 8) and let us in.
    if (accepted !== undefined) await hostKeys.remember(accepted, notice);
    return client;
  } catch (error) {
    stream.destroy();
    throw refused ?? explain(error, stage, expired, context);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function explain(error: unknown, stage: Stage, expired: boolean, context: LoginContext): Unreachable {
  const { config, attempts, signal } = context;
  const where = `${config.hostname}:${config.port}`;
  const text = errorText(error);
  if (signal.aborted) {
    const doing = stage === 'greeting' ? 'the host did not finish its SSH greeting' : 'the log-in was not answered';
    return new Unreachable(`${where}: ${doing} in time`, { hint: HINT_SILENT, cause: error });
  }
  if (expired) return attempts.explain('the password has expired and must be changed first');
  const reset = errorCode(error) === 'ECONNRESET' || errorCode(error) === 'EPIPE';
  if (stage === 'greeting' && (reset || /lost before handshake|No response from server/i.test(text))) {
    return new CutOff(`${where}: the host hung up before the log-in began`, {
      hint: 'sshd takes no more log-ins at a time (MaxStartups), blocks this address, or does not speak SSH on this port',
      cause: error,
    });
  }
  if (/no matching/i.test(text)) {
    return new Unreachable(`${where}: no algorithm in common: ${text}`, {
      hint: 'the system’s ssh may know one that the host has: ansible_connection=openssh',
      cause: error,
    });
  }
  if (stage === 'greeting') {
    return new Unreachable(`${where}: this is no SSH that garden understands: ${text}`, {
      hint: 'is it the right port? Compare with: ssh -v',
      cause: error,
    });
  }
  if (/authentication methods failed/i.test(text)) return attempts.explain('no credential was accepted');
  if (/too many authentication/i.test(text)) {
    return attempts.explain('sshd took no more attempts (MaxAuthTries)');
  }
  return attempts.explain(reset || /No response/.test(text) ? 'the host hung up' : text);
}
