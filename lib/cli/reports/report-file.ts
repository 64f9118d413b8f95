import { accessSync, appendFileSync, constants, realpathSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Mistake, UsageError } from '../../model/errors.ts';
import { fileErrorText } from '../../model/thrown.ts';
import type { Report, ReportOptions } from '../../report/report.ts';
import type { ReportFile } from '../options/report.ts';
import { writeWhole } from '../whole-file.ts';

function mistakeOf({ format, file }: ReportFile): Mistake | undefined {
  const where = `--report ${format}=${file}`;
  const hint = 'name a file in a folder that is there and that you may write to';
  try {
    const stats = statSync(file, { throwIfNoEntry: false });
    if (stats?.isDirectory()) return { where, message: `"${file}" is a folder`, hint };
    accessSync(stats === undefined || stats.isFile() ? dirname(file) : file, constants.W_OK);
    if (stats !== undefined) accessSync(file, constants.W_OK);
    return undefined;
  } catch (error) {
    return { where, message: `the report cannot be written: ${fileErrorText(error)}`, hint };
  }
}

/** Looks whether all reports can be written, before anything is done. @throws UsageError with all that cannot. */
export async function checkReportFiles(files: readonly ReportFile[] = []): Promise<void> {
  const mistakes = files.flatMap((file) => mistakeOf(file) ?? []);
  if (mistakes.length > 0) throw new UsageError(mistakes);
}

/** Writes a whole report. A symbolic link stays, and a device or a pipe is written to as it is. */
function writeReport(file: string, text: string): void {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats !== undefined && !stats.isFile()) writeFileSync(file, text);
  else writeWhole(stats === undefined ? file : realpathSync(file), text);
}

/**
 * A report that goes to a file: written whole when it is complete, or with `jsonl` line by line as it goes, beginning with
 * an empty file.
 *
 * @param make makes the report, given how it writes
 * @param complain told where the file cannot be written after all; the run goes on
 */
export async function fileReport(
  { format, file }: ReportFile,
  make: (write: ReportOptions['write']) => Report | Promise<Report>,
  complain: (text: string) => void,
): Promise<Report> {
  let broken = false;
  let text = '';
  const trying = (work: () => void): void => {
    if (broken) return;
    try {
      work();
    } catch (error) {
      broken = true;
      complain(`the report ${format}=${file} could not be written: ${fileErrorText(error)}`);
    }
  };
  const growing = format === 'jsonl';
  if (growing) trying(() => writeFileSync(file, ''));
  const report = await make((more) => {
    if (growing) trying(() => appendFileSync(file, more));
    else text += more;
  });
  return {
    listener: report.listener,
    async close() {
      await report.close();
      // Nothing to tell: the command ended before the run began, or by a fault of garden.
      if (text !== '') trying(() => writeReport(file, text));
    },
  };
}
