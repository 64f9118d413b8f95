const NICKNAMES = ['@reboot', '@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

interface Field {
  readonly name: string;
  readonly lowest: number;
  readonly highest: number;
  /** Names that stand for numbers, the first for the lowest. */
  readonly names: readonly string[];
}

const FIELDS: readonly Field[] = [
  { name: 'minute', lowest: 0, highest: 59, names: [] },
  { name: 'hour', lowest: 0, highest: 23, names: [] },
  { name: 'day of the month', lowest: 1, highest: 31, names: [] },
  { name: 'month', lowest: 1, highest: 12, names: MONTHS },
  { name: 'day of the week', lowest: 0, highest: 7, names: DAYS },
];

function isValue(text: string, { lowest, highest, names }: Field): boolean {
  if (names.includes(text.toLowerCase())) return true;
  return /^\d+$/.test(text) && Number(text) >= lowest && Number(text) <= highest;
}

/** One item of a list: `*`, `5`, `1-5`, and the latter with a step. */
function isItem(item: string, field: Field): boolean {
  const [range = '', step, ...more] = item.split('/');
  if (more.length > 0 || (step !== undefined && !/^[1-9]\d*$/.test(step))) return false;
  if (range === '*') return true;
  const ends = range.split('-');
  if (ends.length > 2 || (step !== undefined && ends.length !== 2)) return false;
  return ends.every((end) => isValue(end, field));
}

/**
 * What is wrong with a schedule of crontab(5), or undefined. cron itself leaves out a whole file with a wrong line, and
 * says so only in its log.
 */
export function scheduleMistake(schedule: string): string | undefined {
  if (schedule.startsWith('@')) {
    return NICKNAMES.includes(schedule) ? undefined : `"${schedule}" is none of ${NICKNAMES.join(', ')}`;
  }
  const parts = schedule.split(/[ \t]+/);
  if (parts.length !== FIELDS.length) return 'five fields: minute, hour, day of the month, month, day of the week';
  for (const [index, field] of FIELDS.entries()) {
    const text = parts[index] ?? '';
    if (!text.split(',').every((item) => isItem(item, field))) return `"${text}" is no ${field.name}`;
  }
  return undefined;
}
