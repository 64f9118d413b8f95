/** Which tags are wanted, and which are not. */
export interface TagFilter {
  /** Only tasks with one of these; undefined: all. */
  readonly tags?: readonly string[] | undefined;
  /** No tasks with one of these. */
  readonly skipTags?: readonly string[] | undefined;
}

/** Tags with a meaning of their own; they may be asked for though no task has them. */
export const SPECIAL_TAGS: readonly string[] = ['all', 'always', 'never', 'tagged', 'untagged'];

/**
 * Whether a task with these tags is done, as Ansible decides (`Taggable.evaluate_tags`): `always` is done unless it is
 * skipped by name, `never` only where it or another of its tags is asked for by name; `all`, `tagged` and `untagged`
 * stand for what they say.
 */
export function tagsSelected(own: readonly string[], { tags = ['all'], skipTags = [] }: TagFilter): boolean {
  return wanted(own, tags) && !skipped(own, skipTags);
}

/** A task without tags has the tag `untagged`. */
function effective(own: readonly string[]): readonly string[] {
  return own.length === 0 ? ['untagged'] : own;
}

function wanted(own: readonly string[], tags: readonly string[]): boolean {
  if (own.includes('always')) return true;
  if (effective(own).some((tag) => tags.includes(tag))) return true;
  if (own.includes('never')) return false;
  return tags.includes('all') || (tags.includes('tagged') && own.length > 0);
}

function skipped(own: readonly string[], skipTags: readonly string[]): boolean {
  if (skipTags.includes('all')) return !own.includes('always') || skipTags.includes('always');
  return effective(own).some((tag) => skipTags.includes(tag)) || (skipTags.includes('tagged') && own.length > 0);
}
