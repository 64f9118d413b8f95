import type { PlannedTask } from '../../engine/plan.ts';
import type { Deviation } from '../../engine/plan-comparison.ts';
import { GardenError } from '../../model/errors.ts';
import { describeChanges } from '../../report/diff.ts';
import { styles } from '../../report/style.ts';
import { count, harmlessLine } from '../../report/text.ts';
import { withoutSecrets } from '../../secrets/redaction.ts';
import type { Plan } from './plan-file.ts';

/** So many tasks are told of one by one. */
const SHOWN = 50;

function changesOf(task: PlannedTask | undefined): readonly string[] {
  // Whole texts say less here than the hashes of the two: what matters is that they differ.
  const changes = task?.changes.map(({ text: _, ...change }) => change) ?? [];
  return describeChanges(changes, styles(false));
}

function inWords({ departure, planned, now }: Deviation): readonly string[] {
  switch (departure) {
    case 'new':
      return ['the plan does not know it'];
    case 'gone':
      return ['it was planned, and the playbook does not have it any more'];
    case 'unclear':
      return [`it cannot be told any more what it would do${now?.note ? `: ${now.note}` : ''}`];
    case 'differs':
      return [`it was ${planned?.status ?? 'ok'} when planned; now: ${changesOf(now).join(', ')}`];
    case 'otherwise': {
      const [before, after] = [changesOf(planned).join(', '), changesOf(now).join(', ')];
      if (before === after) return ['what it does is not what was planned, though it looks the same'];
      return [`planned: ${before}`, `now: ${after}`];
    }
  }
}

/** Says what is not as it was planned, task by task. The run has failed; no host was touched. */
export function departed({ made, playbook }: Plan, found: readonly Deviation[]): GardenError {
  const lines = found
    .slice(0, SHOWN)
    .flatMap((each) => [
      `${harmlessLine(each.host)}: ${harmlessLine(each.path)}`,
      ...inWords(each).map((line) => `  ${harmlessLine(line)}`),
    ]);
  const more = found.length > SHOWN ? [`and ${count(found.length - SHOWN, 'more task')}`] : [];
  const heading = `the state has moved on since the plan was made (${made}): ${count(found.length, 'task')} not as planned; no host was changed`;
  return new GardenError(withoutSecrets([heading, ...lines, ...more].join('\n')), {
    hint: `look at it, and make a new plan: garden plan ${playbook} … -o`,
  });
}
