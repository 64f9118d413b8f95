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

  leave(host: string): void {
    this.#present.delete(host);
    this.#openWhereComplete();
  }

  #openWhereComplete(): void {
    for (const point of this.#arrived.values()) {
      if ([...this.#present].every((host) => point.names.has(host))) point.open();
    }
  }
}

/** What is done once in a run: who came first does it, the others get its end. */
export class OnceBoard {
  readonly #taken = new Map<string, Promise<boolean>>();

  /** Undefined: the caller is the first and must call the function it gets; else a promise of whether it went well. */
  claim(path: string): { readonly mine: (succeeded: boolean) => void } | { readonly theirs: Promise<boolean> } {
    const taken = this.#taken.get(path);
    if (taken) return { theirs: taken };
    const { promise, resolve } = deferred<boolean>();
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
