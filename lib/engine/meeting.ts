import type { Outcome } from './outcome.ts';

/** How many hosts may be at work at once. A host that only waits gives its place to another. */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  async acquire(): Promise<void> {
    if (this.#free > 0) {
      this.#free--;
      return;
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  release(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free++;
  }

  /** Waits for something without keeping the place. */
  async yieldWhile<T>(wait: Promise<T>): Promise<T> {
    this.release();
    try {
      return await wait;
    } finally {
      await this.acquire();
    }
  }
}

/** Where the hosts of a batch wait for each other. A host that leaves (failed, done) is no longer waited for. */
export class Meeting {
  readonly #present: Set<string>;
  /** The barriers that still lie before a host; all of them as long as its list is not known. */
  readonly #ahead = new Map<string, Set<string>>();
  readonly #arrived = new Map<
    string,
    { readonly names: Set<string>; readonly open: () => void; readonly met: Promise<void> }
  >();

  constructor(hosts: readonly string[]) {
    this.#present = new Set(hosts);
  }

  /** Resolves when all hosts that are still under way have come to this barrier. */
  arrive(host: string, barrier: string): Promise<void> {
    let point = this.#arrived.get(barrier);
    if (!point) {
      const { promise, resolve } = deferred();
      point = { names: new Set(), open: resolve, met: promise };
      this.#arrived.set(barrier, point);
    }
    point.names.add(host);
    this.#openWhereComplete();
    return point.met;
  }

  /** The barriers in a host's list: at others it is not waited for. */
  expect(host: string, barriers: readonly string[]): void {
    this.#ahead.set(host, new Set(barriers));
    this.#openWhereComplete();
  }

  /** The host has left these behind without coming to them, as when its block failed. */
  pass(host: string, barriers: readonly string[]): void {
    if (barriers.length === 0) return;
    for (const barrier of barriers) this.#ahead.get(host)?.delete(barrier);
    this.#openWhereComplete();
  }

  leave(host: string): void {
    this.#present.delete(host);
    this.#openWhereComplete();
  }

  #openWhereComplete(): void {
    for (const [barrier, point] of this.#arrived) {
      const missing = (host: string) => !point.names.has(host) && (this.#ahead.get(host)?.has(barrier) ?? true);
      if (![...this.#present].some(missing)) point.open();
    }
  }
}

/** What became of it; undefined where it failed. */
export type OnceEnd = Outcome | undefined;

/** What is done once in a run: who came first does it, the others get its end. */
export class OnceBoard {
  readonly #taken = new Map<string, Promise<OnceEnd>>();

  /** `mine`: the caller is the first and must call this function; else a promise of what became of it. */
  claim(path: string): { readonly mine: (end: OnceEnd) => void } | { readonly theirs: Promise<OnceEnd> } {
    const taken = this.#taken.get(path);
    if (taken) return { theirs: taken };
    const { promise, resolve } = deferred<OnceEnd>();
    this.#taken.set(path, promise);
    return { mine: resolve };
  }
}

function deferred<T = void>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
