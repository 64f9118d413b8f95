/** Texts that a shell, a template or a line-based protocol would trip over. */
export const HOSTILE: readonly string[] = [
  'with blanks  and\ttabs ',
  'line\nend\n',
  `quotes ' " '' \\ \\n`,
  '$(touch /tmp/garden-was-here) `touch /tmp/garden-was-here` ${HOME} $HOME',
  '-rf --help',
  '%s %d %n \\033[1m',
  '* ? [a-z] {a,b} ~ ! # & ; | < >',
  "EOF\n'\nEOF",
  'ünïcödé 漢字 🌱',
];
