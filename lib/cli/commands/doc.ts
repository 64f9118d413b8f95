import { EXIT, UsageError } from '../../model/errors.ts';
import { didYouMean } from '../../model/suggestion.ts';
import { describeMistakes } from '../../report/failure.ts';
import { manualContents, manualPage, type Subject } from '../../report/manual.ts';
import { inputSchema } from '../../report/schema.ts';
import { styles, wantsColour } from '../../report/style.ts';
import { catalogue } from '../catalogue.ts';
import { complain, errorStyle, type Streams } from '../streams.ts';

/** What `garden doc` is told besides names. */
export interface DocOptions {
  readonly list?: true;
  readonly format: 'text' | 'json';
}

/** Where the output is no terminal, in columns. */
const WIDTH = 100;

/** As data; its parameters as JSON Schema. */
function asJson({ schema, exportName: _, ...known }: Subject, whole: boolean): object {
  return { ...known, ...(whole && schema !== undefined ? { parameters: inputSchema(schema) } : {}) };
}

/** `garden doc`. Resolves to the exit code. @throws UsageError for names that there are not, all at once. */
export async function docCommand(names: readonly string[], options: DocOptions, streams: Streams): Promise<number> {
  const { entries, mistakes } = await catalogue(process.cwd());
  const known = new Set(entries.map(({ name }) => name));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new UsageError([
      ...unknown.map((name) => ({
        message: `there is no role, resource or fact "${name}"${didYouMean(name, known)}`,
        hint: 'garden doc -l lists all that there are',
      })),
      ...mistakes,
    ]);
  }
  if (mistakes.length > 0) complain(streams, describeMistakes(mistakes, errorStyle(streams)));

  const { out, environment } = streams;
  const style = styles(wantsColour(out, environment));
  const width = out.columns ?? WIDTH;
  const listed = options.list === true || names.length === 0;
  const chosen = names.length === 0 ? entries : names.flatMap((name) => entries.filter((entry) => entry.name === name));
  if (options.format === 'json') {
    const data = chosen.map((entry) => asJson(entry, !listed));
    out.write(`${JSON.stringify(data, undefined, 2)}\n`);
    return EXIT.done;
  }
  const pages = listed
    ? [manualContents(chosen, style, width)]
    : chosen.map((entry) => manualPage(entry, style, width));
  out.write(`${pages.map((lines) => lines.join('\n')).join('\n\n')}\n`);
  return EXIT.done;
}
