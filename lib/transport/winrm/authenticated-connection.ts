import { ConnectionLost, Unreachable } from '../../model/errors.ts';
import type { Authentication } from './authentication.ts';
import { endPointBinding } from './channel-binding.ts';
import { type Endpoint, where } from './endpoint.ts';
import { HttpConnection, type HttpReply } from './http-connection.ts';
import { type MessageSecurity, openBody, sealBody } from './sealed-body.ts';

const SOAP = 'application/soap+xml;charset=UTF-8';
/** No scheme takes more messages than this. */
const LONGEST_HANDSHAKE = 10;

/** Who logs in where, and how. */
export interface LogIn {
  readonly endpoint: Endpoint;
  readonly authentication: Authentication;
  /** Tell TLS servers which certificate was seen; a proxy that ends TLS makes that wrong. */
  readonly channelBinding: boolean;
  /** For connecting and for each message of the log-in, in milliseconds. */
  readonly timeout: number;
}

/** One connection with its own log-in and keys. A message sealed for it never goes over another. */
export class AuthenticatedConnection {
  readonly #http: HttpConnection;
  readonly #logIn: LogIn;
  #security: MessageSecurity | undefined;

  private constructor(http: HttpConnection, logIn: LogIn) {
    this.#http = http;
    this.#logIn = logIn;
  }

  /** @throws Unreachable with the cause in words; ConnectionLost where it broke during the log-in. */
  static async open(logIn: LogIn): Promise<AuthenticatedConnection> {
    const http = await HttpConnection.open(logIn.endpoint, AbortSignal.timeout(logIn.timeout));
    const connection = new AuthenticatedConnection(http, logIn);
    try {
      await connection.#authenticate();
      return connection;
    } catch (error) {
      http.close();
      throw error;
    }
  }

  get usable(): boolean {
    return this.#http.usable;
  }

  /**
   * @param timeout in milliseconds
   * @throws Unreachable where the server refuses us; ConnectionLost where there is no answer that can be trusted.
   */
  async exchange(message: string, timeout: number): Promise<string> {
    const clear = Buffer.from(message);
    const security = this.#security;
    const { type, body } = security ? sealBody(security, clear) : { type: SOAP, body: clear };
    const header = this.#logIn.authentication.header?.();
    const headers = { 'Content-Type': type, ...(header !== undefined && { Authorization: header }) };
    const reply = await this.#http.post(body, { headers, timeout });
    try {
      return this.#open(reply);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  #open(reply: HttpReply): string {
    if (reply.status === 401) throw this.#refused(reply);
    if (reply.body.length === 0 || (reply.status !== 200 && reply.status !== 500)) throw this.#noAnswer(reply);
    if (!this.#security) return reply.body.toString();
    if (!/^multipart\/(x-multi-)?encrypted/i.test(reply.type)) {
      throw new ConnectionLost(`${this.#where}: the server answered in the clear on an encrypted connection`, {
        hint: 'somebody in between may have made that answer; it was not read',
      });
    }
    return openBody(this.#security, reply.body).toString();
  }

  async #authenticate(): Promise<void> {
    const { authentication, endpoint, channelBinding, timeout } = this.#logIn;
    if (!authentication.begin) return;
    const { certificate } = this.#http;
    const binding = channelBinding && certificate ? endPointBinding(certificate) : undefined;
    const handshake = authentication.begin({ host: endpoint.host, binding });
    let token = await handshake.step(undefined);
    for (let leg = 0; token !== undefined && leg < LONGEST_HANDSHAKE; leg += 1) {
      const headers = { 'Content-Type': SOAP, Authorization: `${authentication.scheme} ${token.toString('base64')}` };
      const reply = await this.#http.post(Buffer.alloc(0), { headers, timeout });
      const answer = this.#tokenOf(reply);
      if (reply.status === 401 && answer === undefined) throw this.#refused(reply);
      if (reply.status !== 401 && reply.status !== 200) throw this.#noAnswer(reply);
      token = answer === undefined ? undefined : await handshake.step(answer);
    }
    if (!handshake.complete)
      throw new Unreachable(`${this.#where}: the server broke off the ${authentication.title} log-in`);
    if (!endpoint.tls || authentication.sealsOverTls) this.#security = handshake.security();
  }

  #tokenOf(reply: HttpReply): Buffer | undefined {
    const scheme = this.#logIn.authentication.scheme.toLowerCase();
    for (const challenge of reply.challenges) {
      const [name = '', token] = challenge.split(/\s+/);
      if (name.toLowerCase() === scheme && token) return Buffer.from(token, 'base64');
    }
    return undefined;
  }

  #refused(reply: HttpReply): Unreachable {
    const { authentication } = this.#logIn;
    const offered = reply.challenges.map((challenge) => challenge.split(/[\s]/)[0] ?? '').filter(Boolean);
    const scheme = authentication.scheme.toLowerCase();
    if (!scheme.startsWith('http') && offered.length > 0 && !offered.some((name) => name.toLowerCase() === scheme)) {
      return new Unreachable(`${this.#where}: the server does not offer ${authentication.title}`, {
        hint: `it offers ${offered.join(', ')}; see winrm/config/service/auth on the host`,
      });
    }
    if (scheme.startsWith('http')) {
      return new Unreachable(`${this.#where}: the server does not know this client certificate`, {
        hint: 'it must be mapped to an account there (WSMan:\\localhost\\ClientCertificate), and Certificate be switched on',
      });
    }
    return new Unreachable(`${this.#where}: log-in by ${authentication.title} was refused`, {
      hint: 'the user name or the password is wrong, or the account may not log in over the network; behind a proxy that ends TLS, channel binding must be off',
    });
  }

  #noAnswer(reply: HttpReply): Error {
    if (reply.status === 500 && !this.#security && !this.#logIn.endpoint.tls) {
      return new Unreachable(`${this.#where}: the server refuses messages that are not encrypted`, {
        hint: 'use TLS, or NTLM or Kerberos; AllowUnencrypted on the server would show passwords to the network',
      });
    }
    if (reply.status === 404) {
      return new Unreachable(`${this.#where}: there is no WinRM (HTTP status 404)`, { hint: 'is this its port?' });
    }
    return new ConnectionLost(
      `${this.#where}: the server gave no answer that can be read (HTTP status ${reply.status})`,
    );
  }

  get #where(): string {
    return where(this.#logIn.endpoint);
  }

  close(): void {
    this.#http.close();
  }
}
