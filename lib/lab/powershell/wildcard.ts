/** A pattern of `-like` as a regular expression: `*`, `?`, `[a-z]`, and a backtick before what stands for itself. */
export function wildcard(pattern: string, caseSensitive = false): RegExp {
  const source = pattern.replace(
    /`([\s\S])|\[([^\]]+)\]|([*?])|([\s\S])/g,
    (_, escaped?: string, set?: string, sign?: string, plain?: string) => {
      if (set !== undefined) return `[${set.replace(/[\\^[]/g, '\\$&')}]`;
      if (sign !== undefined) return sign === '*' ? '[\\s\\S]*' : '[\\s\\S]';
      return escapeRegex(escaped ?? plain ?? '');
    },
  );
  return new RegExp(`^${source}$`, caseSensitive ? '' : 'i');
}

export function escapeRegex(text: string): string {
  return text.replace(
    /[\\^$.*+?()[\]{}|#\s]/g,
    (sign) => ({ '\n': '\\n', '\r': '\\r', '\t': '\\t' })[sign] ?? `\\${sign}`,
  );
}

/** A regular expression of .NET as one of JavaScript. Inline options at its beginning are taken; `(?<name>…)` is the same in both. */
export function dotnetRegex(pattern: string, flags: string): RegExp {
  const [, options = '', rest = ''] = /^(?:\(\?([imsn]+)\))?([\s\S]*)$/.exec(pattern) ?? [];
  const all = new Set([...flags, ...[...options].filter((option) => option !== 'n')]);
  const source = rest.replace(/\\([AzZ# ])/g, (_, sign: string) =>
    sign === 'A' ? '^' : sign === 'z' ? '$' : sign === 'Z' ? '(?=\\n?$)' : sign === '#' ? '#' : ' ',
  );
  return new RegExp(source, [...all].join(''));
}
