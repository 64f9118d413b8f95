import { randomBytes } from 'node:crypto';
import type { Secret } from '../../model/secret.ts';
import type { Authentication, Handshake, Surroundings } from './authentication.ts';
import { ntlmBinding } from './channel-binding.ts';
import {
  authenticateMessage,
  filetime,
  type NtlmCredentials,
  negotiateMessage,
  parseChallenge,
} from './ntlm-messages.ts';
import { NtlmSecurity } from './ntlm-security.ts';

/** Splits `DOMAIN\user`; `.\user` and `user` are local, `user@realm` is whole, with an empty domain. */
export function splitUser(name: string): { readonly domain: string; readonly user: string } {
  const at = name.indexOf('\\');
  const domain = at === -1 ? '' : name.slice(0, at);
  return { domain: domain === '.' ? '' : domain, user: name.slice(at + 1) };
}

/** The exchange of three messages; its keys seal what follows. */
export class NtlmHandshake implements Handshake {
  readonly #credentials: NtlmCredentials;
  readonly #surroundings: Surroundings;
  readonly #negotiate = negotiateMessage();
  readonly #exportedKey = randomBytes(16);
  #complete = false;

  constructor(credentials: NtlmCredentials, surroundings: Surroundings) {
    this.#credentials = credentials;
    this.#surroundings = surroundings;
  }

  get complete(): boolean {
    return this.#complete;
  }

  async step(token: Buffer | undefined): Promise<Buffer | undefined> {
    if (this.#complete) return undefined;
    if (token === undefined) return this.#negotiate;
    this.#complete = true;
    const { host, binding } = this.#surroundings;
    return authenticateMessage(this.#credentials, {
      negotiate: this.#negotiate,
      challenge: parseChallenge(token),
      random: { clientChallenge: randomBytes(8), exportedKey: this.#exportedKey, time: filetime(Date.now()) },
      channelBinding: binding && ntlmBinding(binding),
      targetName: `HTTP/${host}`,
    });
  }

  security(): NtlmSecurity {
    return new NtlmSecurity(this.#exportedKey);
  }
}

/** NTLMv2 without SPNEGO around it, which Windows takes under `Negotiate`. */
export function ntlmAuthentication(user: string, password: Secret): Authentication {
  return {
    title: 'NTLM',
    scheme: 'Negotiate',
    begin: (surroundings) => new NtlmHandshake({ ...splitUser(user), password: password.reveal() }, surroundings),
  };
}
