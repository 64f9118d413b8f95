import { GardenError, type Mistake, UsageError } from './errors.ts';
import { Secret } from './secret.ts';
import { CallSite } from './site.ts';

/** Finds secrets by their names: the vault of a project. */
export interface SecretFinder {
  /** @throws UsageError where there is none of this name, or the vault cannot be opened. */
  find(name: string): Promise<Secret>;
}

/** A secret was revealed before it was fetched. The engine fetches it and begins again, or says that it is too late. */
export class SecretNotFetched extends GardenError {}

/** A secret could not be fetched. Why has been told where it was asked for. */
export class SecretUnavailable extends GardenError {}

/**
 * One secret that a playbook asks for, wherever and however often it does. It is fetched once, before any host is
 * touched, unless it is asked for later.
 */
class SecretRequest {
  readonly #what: string;
  readonly #fetch: (finder: SecretFinder) => Promise<Secret>;
  #settling: Promise<void> | undefined;
  #fetched: Secret | undefined;
  #mistakes: readonly Mistake[] | undefined;
  /** Where it was asked for, as far as nobody was told yet that it cannot be fetched. */
  #sites: CallSite[] = [];

  constructor(what: string, fetch: (finder: SecretFinder) => Promise<Secret>) {
    this.#what = what;
    this.#fetch = fetch;
  }

  /** @returns whether there is something to fetch, or to tell, for this place */
  askedFor(site: CallSite): boolean {
    if (this.#fetched) return false;
    this.#sites.push(site);
    return true;
  }

  reveal(): string {
    if (this.#fetched) return this.#fetched.reveal();
    if (this.#mistakes) throw new SecretUnavailable(`${this.#what} could not be fetched`);
    throw new SecretNotFetched(`${this.#what} has not been fetched: it is revealed too early, or was made too late`, {
      hint: 'make it at the top of the module, and reveal it in a function that is called later: tasks: () => […], a step',
    });
  }

  /** Fetches it, once. @returns what is wrong, for every place that was not told yet */
  async settle(finder: SecretFinder): Promise<readonly Mistake[]> {
    this.#settling ??= this.#settle(finder);
    await this.#settling;
    const sites = this.#sites;
    this.#sites = [];
    return (this.#mistakes ?? []).flatMap((mistake) =>
      mistake.where === undefined ? sites.map((site) => ({ ...mistake, where: site.place })) : [mistake],
    );
  }

  async #settle(finder: SecretFinder): Promise<void> {
    try {
      this.#fetched = await this.#fetch(finder);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      this.#mistakes = error.mistakes;
    }
  }
}

/** Those that are to be fetched, or to be told of. */
const pending = new Set<SecretRequest>();

const requests = new Map<string, SecretRequest>();

/**
 * A secret that is fetched when the run begins. The same one may be asked for many times.
 *
 * @param what it is, for messages, such as `secret "mail/dkim"`; the same words mean the same secret
 */
export function requestSecret(what: string, fetch: (finder: SecretFinder) => Promise<Secret>): Secret {
  const request = requests.get(what) ?? new SecretRequest(what, fetch);
  requests.set(what, request);
  if (request.askedFor(CallSite.here())) pending.add(request);
  return new Secret(request);
}

/** Fetches all secrets that were asked for and are not known yet. @returns what is wrong with those that cannot be */
export async function fetchSecrets(finder: SecretFinder): Promise<readonly Mistake[]> {
  if (pending.size === 0) return [];
  const [first, ...others] = pending;
  // What has to be unlocked is unlocked by the first one, so that a person is asked once.
  const mistakes = first ? [...(await settled(first, finder))] : [];
  for (const more of await Promise.all(others.map((request) => settled(request, finder)))) mistakes.push(...more);
  return mistakes;
}

async function settled(request: SecretRequest, finder: SecretFinder): Promise<readonly Mistake[]> {
  const mistakes = await request.settle(finder);
  pending.delete(request);
  return mistakes;
}
