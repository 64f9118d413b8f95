import { type Command, InvalidArgumentError, Option } from 'commander';
import { didYouMean } from '../../model/suggestion.ts';
import { underHeading } from './heading.ts';

/** How a run can be shown on standard output. */
export const FORMATS = ['tree', 'lines', 'json', 'jsonl', 'junit'] as const;
export type Format = (typeof FORMATS)[number];

/** How it can be written to a file: a tree needs a terminal. */
export type FileFormat = Exclude<Format, 'tree'>;
const FILE_FORMATS: readonly FileFormat[] = ['lines', 'json', 'jsonl', 'junit'];

/** A report that goes to a file. */
export interface ReportFile {
  readonly format: FileFormat;
  readonly file: string;
}

/** What commands take that show a run. */
export interface ReportFlags {
  readonly format?: Format;
  readonly report?: readonly ReportFile[];
  readonly profile?: true;
}

function reportFile(value: string, earlier: readonly ReportFile[] = []): readonly ReportFile[] {
  const [, name = '', file = ''] = /^([^=]*)=(.*)$/s.exec(value) ?? [];
  const format = FILE_FORMATS.find((known) => known === name);
  if (name === '' || file === '') throw new InvalidArgumentError('It must be FORMAT=FILE, such as junit=report.xml.');
  if (format === undefined) {
    throw new InvalidArgumentError(
      `"${name}" is no format${didYouMean(name, FILE_FORMATS)}; there are ${FILE_FORMATS.join(', ')}.`,
    );
  }
  if (earlier.some((other) => other.file === file)) throw new InvalidArgumentError('That file is given twice.');
  return [...earlier, { format, file }];
}

/** Adds the options that commands take that show a run. */
export function withReportOptions(command: Command): Command {
  return underHeading(command, 'output', (under) =>
    under
      .addOption(
        new Option('--format <format>', 'how it is shown: tree on a terminal and lines elsewhere, or').choices(FORMATS),
      )
      .option(
        '--report <format=file>',
        'write a report as well: lines, json, jsonl, junit; may be given again',
        reportFile,
      )
      .option('--profile', 'tell at the end where the time went'),
  );
}
