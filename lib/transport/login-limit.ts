import { setTimeout as delay } from 'node:timers/promises';
import { Unreachable } from '../model/errors.ts';
import type { ConnectionSettings } from '../model/host.ts';
import { Semaphore } from '../model/semaphore.ts';
import type { SshConfig } from './ssh-config.ts';

/** sshd begins to drop connections when ten are not yet logged in (sshd_config(5), MaxStartups 10:30:100). */
const AT_ONCE = 10;
const ATTEMPTS = 8;
const FIRST_DELAY = 100;

/** A log-in that was cut off before it began, as sshd does under load. It may be tried again; nothing was refused. */
export class CutOff extends Unreachable {}

/** In milliseconds, where neither the settings nor ConnectTimeout of ssh's configuration say otherwise. */
const DEFAULT_TIMEOUT = 30_000;

const limits = new Map<string, Semaphore>();

/**
 * Runs a log-in, at most ten at once for an address, and again after a random pause where it was {@link CutOff}. Any
 * other failure is final: a second try with the same password could lock the account.
 */
export function logInLimited<T>(
  address: string,
  logIn: () => Promise<T>,
  options: { readonly signal: AbortSignal | undefined; readonly onRetry: (error: CutOff) => void },
): Promise<T> {
  const limit = limits.get(address) ?? new Semaphore(AT_ONCE);
  limits.set(address, limit);
  return limit.run(async () => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await logIn();
      } catch (error) {
        if (!(error instanceof CutOff) || attempt === ATTEMPTS || options.signal?.aborted) throw error;
        options.onRetry(error);
        // Full jitter: those that were dropped together must not come back together.
        await delay(Math.random() * FIRST_DELAY * 2 ** attempt, undefined, { signal: options.signal }).catch(() => {});
      }
    }
  });
}

/** How long a log-in may take, in milliseconds. */
export function loginTimeout(config: SshConfig, settings: ConnectionSettings): number {
  const seconds = Number(config.get('connecttimeout'));
  return settings.timeout ?? (seconds > 0 ? seconds * 1000 : DEFAULT_TIMEOUT);
}
