/**
 * A file name pattern as a regular expression for whole names, by the rules of Python's `fnmatch`: `*`, `?`, `[abc]`,
 * `[!abc]`; a bracket that is not closed is a bracket.
 */
export function globExpression(pattern: string): string {
  const expression = pattern.replace(
    /\*|\?|\[(!?)(\]?[^\]]*)\]|[\\^$.|+(){}[\]]/g,
    (part: string, not: string | undefined, set: string | undefined) => {
      if (part === '*') return '.*';
      if (part === '?') return '.';
      if (set === undefined || set === '') return `\\${part}`;
      return `[${not ? '^' : ''}${set.replace(/[\\\]^[]/g, '\\$&')}]`;
    },
  );
  return `^(?:${expression})$`;
}
