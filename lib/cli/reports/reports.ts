import type { Event } from '../../model/events.ts';
import { EventLines } from '../../report/event-lines.ts';
import type { Report, ReportOptions } from '../../report/report.ts';
import { styles, wantsColour } from '../../report/style.ts';
import type { Format, ReportFlags } from '../options/report.ts';
import { complain, errorStyle, type Streams } from '../streams.ts';
import { fileReport } from './report-file.ts';

/** Makes a report. */
export type MakeReport = (options: ReportOptions, streams: Streams) => Report | Promise<Report>;

/** What is shown: a playbook that runs, what a playbook finds to differ, or one command on many hosts. */
export type Shown = 'run' | 'verify' | 'exec';

const drift: MakeReport = async (options) => (await import('../../report/drift.ts')).driftReport(options);
const json: MakeReport = async (options) => (await import('../../report/json.ts')).jsonReport(options);
const jsonl: MakeReport = async (options) => (await import('../../report/jsonl.ts')).jsonlReport(options);
const junit: MakeReport = async (options) => (await import('../../report/junit.ts')).junitReport(options);

const REPORTS: Readonly<Record<Shown, Readonly<Record<Format, MakeReport>>>> = {
  run: {
    tree: async (options, { out }) => (await import('../../report/tree.ts')).treeReport(options, out),
    lines: async (options) => (await import('../../report/lines.ts')).linesReport(options),
    json,
    jsonl,
    junit,
  },
  verify: { tree: drift, lines: drift, json, jsonl, junit },
  exec: {
    tree: async (options, { out }) => (await import('../../report/exec.ts')).execReport(options, out),
    lines: async (options) => (await import('../../report/exec-lines.ts')).execLinesReport(options),
    json: async (options) => (await import('../../report/exec-json.ts')).execJsonReport(options),
    jsonl,
    junit,
  },
};

/** Formats that own standard output: what is for people goes to standard error. */
const FOR_PROGRAMS: ReadonlySet<Format> = new Set(['json', 'jsonl', 'junit']);

/** With this much to say, lines are better than a tree that is drawn anew all the time. */
const CHATTY = 2;

/** A window narrower than this holds no tree; one of no width at all is a terminal that does not know it. */
const NARROWEST = 20;

/** A tree needs a terminal that can be drawn on. */
function drawable({ out, environment }: Streams): boolean {
  return out.isTTY && environment.TERM !== 'dumb' && out.columns >= NARROWEST;
}

function formatOf({ format }: ReportFlags, { verbose }: ReportOptions, streams: Streams): Format {
  const { environment, out } = streams;
  if (format === 'tree' && (!out.isTTY || environment.TERM === 'dumb')) return 'lines';
  return format ?? (drawable(streams) && verbose < CHATTY ? 'tree' : 'lines');
}

/** What a person should know though a program reads standard output. */
function messagesReport(options: ReportOptions, streams: Streams): Report {
  const words = new EventLines(options, styles(wantsColour(streams.err, streams.environment)));
  const told: readonly Event['type'][] = ['message', 'run-aborted'];
  return {
    listener: (event) => {
      if (told.includes(event.type)) complain(streams, words.of(event));
    },
    close: async () => {},
  };
}

/** What `--format` and `--report` ask for, as one report. */
export function makeReports(shown: Shown, flags: ReportFlags): MakeReport {
  return async (options, streams) => {
    const format = formatOf(flags, options, streams);
    const make = REPORTS[shown];
    const warn = (text: string): void => complain(streams, [errorStyle(streams).yellow(`warning: ${text}`)]);
    const files = (flags.report ?? []).map((file) =>
      fileReport(file, (write) => make[file.format]({ ...options, write, coloured: false }, streams), warn),
    );
    const reports = [
      await make[format](options, streams),
      ...(FOR_PROGRAMS.has(format) ? [messagesReport(options, streams)] : []),
      ...(await Promise.all(files)),
    ];
    return {
      listener: (event) => {
        for (const report of reports) report.listener(event);
      },
      async close() {
        // One after another: what a file could not hold is told below what stands on the terminal.
        for (const report of reports) await report.close();
      },
    };
  };
}
