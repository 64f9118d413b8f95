import { runBlock } from './command.ts';
import { property } from './members.ts';
import { type Cmdlet, cmdlet } from './registry.ts';
import { collect } from './run.ts';
import { textOf, truth } from './text.ts';
import { collected, elementsOf, type PsValue, ScriptBlock } from './values.ts';

const INPUT = { name: 'InputObject', type: 'PSObject', pipeline: true } as const;

/** The cmdlets of the language itself; those that touch a host are models, registered beside them. */
export const CORE_CMDLETS: readonly Cmdlet[] = [
  cmdlet('Write-Output', {
    aliases: ['echo', 'write'],
    parameters: [{ ...INPUT, position: 0, remaining: true, mandatory: true }],
    async run(context, bound) {
      const value = bound.get('InputObject') ?? null;
      for (const each of elementsOf(value) ?? [value]) await context.write(each);
    },
  }),
  cmdlet('Out-Null', { parameters: [INPUT], run: () => undefined }),
  cmdlet('Write-Error', {
    parameters: [{ name: 'Message', type: 'String', position: 0, mandatory: true, pipeline: true }],
    run: (context, bound) =>
      context.error(textOf(bound.get('Message') ?? ''), {
        type: 'Microsoft.PowerShell.Commands.WriteErrorException',
        id: 'Microsoft.PowerShell.Commands.WriteErrorException',
      }),
  }),
  cmdlet('ForEach-Object', {
    aliases: ['%', 'foreach'],
    parameters: [INPUT, { name: 'Process', type: 'Object', position: 0, mandatory: true }],
    async runAll(context, bound, input) {
      const given = bound.get('Process') ?? null;
      for (const each of input) {
        if (!(given instanceof ScriptBlock)) await context.write(property(each, textOf(given)));
        else {
          context.frame.scope.write('_', each);
          await runBlock(given, undefined, context.frame, true);
        }
      }
    },
  }),
  cmdlet('Where-Object', {
    aliases: ['?', 'where'],
    parameters: [INPUT, { name: 'FilterScript', type: 'ScriptBlock', position: 0, mandatory: true }],
    async runAll(context, bound, input) {
      const filter = bound.get('FilterScript') ?? null;
      if (!(filter instanceof ScriptBlock)) return;
      for (const each of input) if (truth(await result(filter, each, context.frame))) await context.write(each);
    },
  }),
];

async function result(block: ScriptBlock, item: PsValue, frame: Parameters<typeof runBlock>[2]): Promise<PsValue> {
  frame.scope.write('_', item);
  return collected(await collect(frame, (inner) => runBlock(block, undefined, inner, true)));
}
