import type { IdentityCallback, ParsedKey, SignCallback, SigningRequestOptions } from 'ssh2';
import ssh2 from 'ssh2';

/** One key of an agent: the agent signs, garden never sees the private part. */
export class AgentKey extends ssh2.BaseAgent<ParsedKey> {
  readonly key: ParsedKey;
  readonly #agent: ssh2.OpenSSHAgent;

  constructor(agent: ssh2.OpenSSHAgent, key: ParsedKey) {
    super();
    this.#agent = agent;
    this.key = key;
  }

  override getIdentities(answer: IdentityCallback<ParsedKey>): void {
    answer(undefined, [this.key]);
  }

  override sign(
    key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    answer?: SignCallback,
  ): void {
    if (typeof options === 'function') this.#agent.sign(key, data, options);
    else this.#agent.sign(key, data, options, answer);
  }
}

/**
 * The keys of the agent behind a socket. Certificates and hardware keys are left out, as ssh2 cannot use them.
 *
 * @throws Error where no agent answers there.
 */
export function agentKeys(socket: string): Promise<AgentKey[]> {
  const agent = new ssh2.OpenSSHAgent(socket);
  return new Promise((resolve, reject) => {
    agent.getIdentities((error, keys = []) => {
      if (error) reject(error);
      else resolve(keys.flatMap((key) => ('isPrivateKey' in key ? [new AgentKey(agent, key)] : [])));
    });
  });
}
