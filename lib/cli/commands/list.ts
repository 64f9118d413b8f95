import { outline } from '../../engine/outline.ts';
import { Selection, type SelectionOptions } from '../../engine/selection.ts';
import { sketch } from '../../engine/sketch.ts';
import { EXIT } from '../../model/errors.ts';
import { type Listing, type ListingPart, listingData, listingLines, listingTree } from '../../report/listing.ts';
import { styles, wantsColour } from '../../report/style.ts';
import { findInventory } from '../inventory/inventory-sources.ts';
import { readInventory } from '../inventory/read-inventory.ts';
import { allOrMistakes } from '../mistakes.ts';
import type { InventoryOptions } from '../options/inventory-options.ts';
import { type PartFlags, selectionOf } from '../options/selection.ts';
import { loadPlaybook } from '../playbooks/load-playbook.ts';
import { complain, errorStyle, type Streams } from '../streams.ts';

/** What `garden list` takes. */
export interface ListOptions extends InventoryOptions, PartFlags {
  readonly only?: ListingPart;
  readonly format?: 'text' | 'json';
}

/** The playbook's tree, for the hosts that there are; without an inventory as far as it depends on none. */
async function readListing(file: string, options: ListOptions, streams: Streams): Promise<Listing> {
  const folder = process.cwd();
  const loaded = loadPlaybook(file);
  const hostsKnown = options.limit !== undefined || findInventory(options, folder, streams.environment) !== undefined;
  const [playbook, selected] = await allOrMistakes(
    loaded,
    hostsKnown ? readInventory(options, folder, streams, { file, loaded }) : Promise.resolve(undefined),
  );
  const whole =
    selected === undefined
      ? await sketch(playbook)
      : await outline(playbook, selected.inventory, selected.limit && new Set(selected.limit));
  const patterns = new Map(playbook.plays.map((play) => [play.name, play.options.hosts]));
  return { outline: narrowed(whole, selectionOf(options)), patterns, hostsKnown };
}

/** Where nothing is selected everything is shown, also what is done only if it is asked for. */
function narrowed(whole: Listing['outline'], select: SelectionOptions): Listing['outline'] {
  const isSelected = Object.values(select).some((words) => words !== undefined);
  return isSelected ? new Selection(whole, select).narrow(whole) : whole;
}

/** `garden list`, and what `garden run --list-tasks` and its like do. Resolves to the exit code. */
export async function listCommand(file: string, options: ListOptions, streams: Streams): Promise<number> {
  const listing = await readListing(file, options, streams);
  const { out, environment } = streams;
  const style = styles(wantsColour(out, environment));
  const { only, format } = options;
  if (!listing.hostsKnown) {
    const say = errorStyle(streams);
    complain(streams, [say.yellow('No inventory: only what depends on no host is listed. Name one with -i.')]);
  }
  if (format === 'json') {
    out.write(`${JSON.stringify(listingData(only, listing), undefined, 2)}\n`);
    return EXIT.done;
  }
  const lines = only === undefined ? listingTree(listing, style) : listingLines(only, listing, style);
  out.write(lines.map((line) => `${line}\n`).join(''));
  return EXIT.done;
}
