import { z } from 'zod';
import { resource } from '../../lib/model/resource.ts';
import { sh } from '../../lib/model/script.ts';

/**
 * A resource of the tests' own, as simple as one can be: a file's text. Its probes can be merged and neighbours applied
 * together, so that the engine can be tested without the real resources.
 */
export const text = resource('text', {
  description: 'A file with this text.',
  platform: 'posix',
  params: z.strictObject({
    path: z.string(),
    content: z.string(),
    /** Written instead of the content: a change that does not take. */
    wrong: z.string().optional(),
    /** Run before the change. */
    before: z.string().optional(),
  }),
  id: ({ path }) => path,
  probe: ({ path }) => sh`cat ${path} 2>/dev/null || true`,
  probeMany: {
    script: (many) => sh`for path in ${many.map(({ path }) => path)}; do cat "$path" 2>/dev/null; echo; echo --; done`,
    split: (stdout, many) => stdout.split('\n--\n').slice(0, many.length),
  },
  read: (stdout) => ({ content: stdout }),
  desired: ({ content }) => ({ content }),
  apply: ({ path, content, wrong, before }) => sh`sh -c ${before ?? ':'} && printf %s ${wrong ?? content} >${path}`,
  owns: ({ path }) => [path],
  together: { compatible: (earlier, next) => earlier.path !== next.path },
});

/** Runs always, leaves no trace that could be read. */
export const action = resource('action', {
  description: 'Appends a line to a file, every time, and goes on when a file is gone.',
  platform: 'posix',
  params: z.strictObject({
    path: z.string(),
    line: z.string(),
    status: z.number().optional(),
    hold: z.string().optional(),
  }),
  id: ({ line }) => line,
  probe: () => null,
  read: () => ({ done: false }),
  desired: () => ({ done: true }),
  apply: ({ path, line, status = 0, hold = '' }) =>
    sh`echo ${line} >>${path}; while [ -e ${hold} ]; do sleep 0.1; done; exit ${status}`,
  verify: false,
});
