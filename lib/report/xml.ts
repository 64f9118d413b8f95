import { harmless } from './text.ts';

/** Makes a text fit for XML: what would be markup is escaped, what XML 1.0 cannot hold is made visible. */
function escaped(text: string): string {
  return harmless(text)
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replace(/[\ufffe\uffff]/g, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** In an attribute a newline or a tab would be read as a space (XML 1.0, 3.3.3). */
function attribute(text: string): string {
  return escaped(text).replaceAll('\n', '&#10;').replaceAll('\t', '&#9;');
}

/** An element with its attributes; those that are undefined are left out. Content is text, or lines of elements. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
  content: string | readonly (readonly string[])[] = [],
): string[] {
  const start = [
    `<${name}`,
    ...Object.entries(attributes).flatMap(([key, value]) =>
      value === undefined ? [] : [`${key}="${attribute(String(value))}"`],
    ),
  ].join(' ');
  if (typeof content === 'string') return [`${start}>${escaped(content)}</${name}>`];
  if (content.length === 0) return [`${start}/>`];
  return [`${start}>`, ...content.flat().map((line) => line), `</${name}>`];
}
