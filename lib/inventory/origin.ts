/** Where something of the inventory was written down. */
export interface Origin {
  /** The source as the user named it: a file, `-i`, `-e`. */
  readonly source: string;
  /** Counts from 1; undefined where the source has no lines. */
  readonly line?: number | undefined;
}

/** `hosts.ini:7`, or the source alone. */
export function place({ source, line }: Origin): string {
  return line === undefined ? source : `${source}:${line}`;
}

/** A line of a source. What stands on the command line has none. */
export function lineOf(source: string, line: number): Origin {
  return source.startsWith('-') ? { source } : { source, line };
}
