import type { Command, Option } from 'commander';

/** Under what options stand in the help, in that order. What only one command takes comes first, under no heading of these. */
const HEADINGS = {
  inventory: 'Inventory:',
  login: 'Log-in:',
  become: 'Acting as another user:',
  run: 'What to run, and how:',
  output: 'Output:',
  secrets: 'Secrets:',
} as const;

/** Adds options that stand under one heading of the help. */
export function underHeading(
  command: Command,
  heading: keyof typeof HEADINGS,
  add: (command: Command) => void,
): Command {
  command.optionsGroup(HEADINGS[heading]);
  add(command);
  return command.optionsGroup('');
}

const ORDER: readonly string[] = Object.values(HEADINGS);

/** Commands and options by their headings, in the order of the help; for commander's `Help.groupItems`. */
export function byHeading<Item extends Command | Option>(
  _: Item[],
  visible: Item[],
  headingOf: (item: Item) => string,
): Map<string, Item[]> {
  const headings = [...new Set(visible.map(headingOf))].sort((one, other) => ORDER.indexOf(one) - ORDER.indexOf(other));
  return new Map(headings.map((heading) => [heading, visible.filter((item) => headingOf(item) === heading)]));
}
