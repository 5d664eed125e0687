import type { Reconciled, UnknownDelivery } from '../provider.js';
import { readEvent } from './mailgun.events.js';
import { DELIVERY_VARIABLE } from './mailgun.message.js';
import { readPage, type EventsApi, type EventsQuery } from './mailgun.pages.js';

/** Requests for one call: a page each. Those for which there is none left can't be told. */
const MAX_REQUESTS = 700;
const AT_ONCE = 5;
/** Pages of one message: the events of a thousand recipients, several of each. */
const MAX_PAGES = 40;
/** Mailgun's clock is another one than ours. */
const MARGIN_S = 2 * 60;

type Item = Record<string, unknown>;

/**
 * Finds in a domain's events what Mailgun took: each of them carries the id of its delivery among the variables of the mail.
 * Mailgun takes all of a request or nothing, so that any event shows that it was taken. What went in one request shares a
 * message id: by that all of them are found together, where it is known, or as soon as one was found by its recipient.
 */
export async function reconcile(api: EventsApi, batch: UnknownDelivery[]): Promise<Reconciled[]> {
  const search = new Search(api, batch);
  await search.run();
  return batch.map(({ id }) => search.outcomeOf(id));
}

class Search {
  private readonly wanted: ReadonlySet<string>;
  private readonly found = new Map<string, Item[]>();
  /** Those of which all was read that there is. */
  private readonly read = new Set<string>();
  /** Of messages that were asked for. */
  private readonly messages = new Set<string>();
  private requests = 0;
  private fault: Error | null = null;

  constructor(
    private readonly api: EventsApi,
    private readonly batch: UnknownDelivery[],
  ) {
    this.wanted = new Set(batch.map(({ id }) => id));
  }

  async run(): Promise<void> {
    const named = new Map<string, UnknownDelivery[]>();
    const left: UnknownDelivery[] = [];
    for (const one of this.batch) {
      const message = one.provider_message_id === null ? null : bare(one.provider_message_id);
      if (message === null) left.push(one);
      else named.set(message, [...(named.get(message) ?? []), one]);
    }
    const work = [
      ...[...named].map(
        ([message, of]) =>
          () =>
            this.ofMessage(message, of),
      ),
      ...left.map((one) => () => this.ofRecipient(one, left)),
    ];
    const worker = async (): Promise<void> => {
      for (let next = work.shift(); next && this.fault === null; next = work.shift()) {
        await next().catch((error: unknown) => (this.fault ??= error as Error));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    // What was found is found, whatever failed after it.
    if (this.fault && this.found.size === 0) throw this.fault;
  }

  outcomeOf(id: string): Reconciled {
    const items = this.found.get(id);
    if (!items) return this.read.has(id) ? NOT_THERE : NOT_READ;
    if (items.every(({ event }) => event === 'rejected')) return REJECTED;
    const events = items.map(readEvent).filter((event) => event !== null);
    const message = messageIdOf(items[0]!);
    return { kind: 'accepted', ...(message && { provider_message_id: `<${message}>` }), events };
  }

  private async ofMessage(message: string, of: UnknownDelivery[]): Promise<void> {
    this.messages.add(message);
    await this.readAll({ begin: beginOf(of), 'message-id': message });
    for (const { id } of of) this.read.add(id);
  }

  private async ofRecipient(one: UnknownDelivery, others: UnknownDelivery[]): Promise<void> {
    if (this.found.has(one.id)) return;
    await this.readAll({ begin: beginOf([one]), recipient: one.address ?? '' });
    this.read.add(one.id);
    const [item] = this.found.get(one.id) ?? [];
    const message = item && messageIdOf(item);
    if (!message || this.messages.has(message) || others.length === 1) return;
    this.messages.add(message);
    await this.readAll({ begin: beginOf(others), 'message-id': message });
  }

  private async readAll(query: EventsQuery): Promise<void> {
    let from: EventsQuery | string = query;
    for (let pages = 0; ; pages++) {
      if (this.requests++ >= MAX_REQUESTS || pages >= MAX_PAGES) throw new Error('There is more than can be read.');
      const { items, page } = await readPage(this.api, from);
      for (const item of items) this.note(item);
      if (page === null) return;
      from = page;
    }
  }

  private note(item: Item): void {
    const id = variableOf(item);
    if (id === null || !this.wanted.has(id)) return;
    const known = this.found.get(id) ?? [];
    if (!known.some((other) => other.id === item.id)) this.found.set(id, [...known, item]);
  }
}

function variableOf(item: Item): string | null {
  const variables = item['user-variables'] as Record<string, unknown> | null | undefined;
  const id = variables?.[DELIVERY_VARIABLE];
  return typeof id === 'string' ? id : null;
}

function messageIdOf({ message }: Item): string | null {
  const headers = (message as { headers?: Record<string, unknown> } | null | undefined)?.headers;
  const id = headers?.['message-id'];
  return typeof id === 'string' && id !== '' ? bare(id) : null;
}

const bare = (id: string): string => id.trim().replace(/^<(.*)>$/, '$1');

const beginOf = (deliveries: UnknownDelivery[]): number =>
  Math.floor(Math.min(...deliveries.map(({ attempted_at }) => attempted_at.getTime())) / 1_000) - MARGIN_S;

const NOT_THERE: Reconciled = {
  kind: 'retryable',
  fault: 'provider',
  code: 'not_accepted',
  message: 'Mailgun has no event of it.',
};

const NOT_READ: Reconciled = {
  kind: 'unknown',
  fault: 'provider',
  code: 'outcome_unknown',
  message: "Mailgun's events could not be read to their end.",
};

const REJECTED: Reconciled = {
  kind: 'permanent',
  fault: 'recipient',
  code: 'rejected',
  message: 'Mailgun took it and then rejected it.',
};
