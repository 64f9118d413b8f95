import { eastAsianWidth } from 'get-east-asian-width';

const STYLES = /\u001b\[[0-9;]*m/g;
const PLAIN = /^[\u0020-\u007e]*$/;
/** Takes no room of its own: joins, selects a variant, or is not shown at all. */
const WITHOUT_WIDTH = /^[\p{Default_Ignorable_Code_Point}\p{M}\p{Cf}\p{Cc}]+$/u;
const EMOJI = /\p{Emoji_Presentation}|\ufe0f/u;

// Made when it is needed: it takes milliseconds, and most texts are plain.
let segmenter: Intl.Segmenter | undefined;

function characterWidth(character: string): number {
  if (WITHOUT_WIDTH.test(character)) return 0;
  if (EMOJI.test(character)) return 2;
  return eastAsianWidth(character.codePointAt(0) ?? 0);
}

/** How many columns a text takes on a terminal: wide characters (CJK, emoji) take two, styles none. */
export function columns(text: string): number {
  const bare = text.replace(STYLES, '');
  if (PLAIN.test(bare)) return bare.length;
  segmenter ??= new Intl.Segmenter();
  let sum = 0;
  for (const { segment } of segmenter.segment(bare)) sum += characterWidth(segment);
  return sum;
}

/** The beginning of a text without styles, at most so many columns wide; what was cut off is told by `…`. */
export function shorten(text: string, most: number): string {
  if (columns(text) <= most) return text;
  segmenter ??= new Intl.Segmenter();
  let kept = '';
  let room = most - 1;
  for (const { segment } of segmenter.segment(text)) {
    room -= characterWidth(segment);
    if (room < 0) break;
    kept += segment;
  }
  return most > 0 ? `${kept}…` : '';
}

/** A text made so wide by spaces behind it. */
export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - columns(text)));
}
