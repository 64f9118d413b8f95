/** The last lines that the running task of each host has printed. */
export class LastLines {
  readonly #most: number;
  readonly #hosts = new Map<string, { readonly path: string; readonly lines: string[] }>();

  /** @param most how many lines are kept */
  constructor(most: number) {
    this.#most = most;
  }

  /** @param path that of the task */
  add(host: string, path: string, line: string): void {
    const known = this.#hosts.get(host);
    const lines = known?.path === path ? known.lines : [];
    lines.push(line);
    if (lines.length > this.#most) lines.shift();
    this.#hosts.set(host, { path, lines });
  }

  /** The lines of a task that is done; they are not kept any longer. */
  take(host: string, path: string): readonly string[] {
    const known = this.#hosts.get(host);
    if (known?.path !== path) return [];
    this.#hosts.delete(host);
    return known.lines;
  }
}
