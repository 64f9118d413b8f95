import { journalLine } from '../engine/journal.ts';
import type { Report, ReportOptions } from './report.ts';

/** Every event as a line of JSON as it comes: what the journal holds. */
export function jsonlReport({ write }: ReportOptions): Report {
  return { listener: (event) => write(journalLine(event)), close: async () => {} };
}
