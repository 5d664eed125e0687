import { Injectable } from '@nestjs/common';
import { timeOfId } from '../../../platform/common/ids.js';
import { logger } from '../../../platform/common/logger.js';
import { SuspendedClients } from '../../../tenancy/clients/suspended-clients.js';
import { SuppressionList } from '../../suppressions/suppression-list.js';
import { UnsubscribeLinks } from '../../suppressions/unsubscribe-links.js';
import type { Outcome } from '../../providers/provider.js';
import { ProviderRegistry } from '../../providers/provider.registry.js';
import { attemptOf } from './attempt-record.js';
import { DeliveriesService } from '../deliveries.service.js';
import type { AttemptVerdict, ClaimedDelivery, Content, LateRefuser, Routing } from '../delivery.js';

const UNREAD_WAIT_MS = 30_000;
/** Of a suspended client, doubled each time: a backlog that waits for weeks is not looked at all the time. */
const HELD_MS = 30_000;
const MAX_HELD_MS = 15 * 60_000;

/**
 * Makes of claimed deliveries what is sent now. Since a delivery was accepted its client may have been suspended, its
 * address may have come on the suppression list, or its recipient may want no more of it; and of copies nobody has asked yet.
 * What is sent at once, without copies, costs nothing. Who may unsubscribe gets a link.
 */
@Injectable()
export class Screening {
  /** Deliveries of one notification share their content, also without some copies: by that, batches know each other. */
  private readonly made = new WeakMap<Content, Map<string, Content>>();
  private readonly refusers: LateRefuser[] = [];

  constructor(
    private readonly suppressions: SuppressionList,
    private readonly registry: ProviderRegistry,
    private readonly deliveries: DeliveriesService,
    private readonly links: UnsubscribeLinks,
    private readonly clients: SuspendedClients,
  ) {}

  register(refuser: LateRefuser): void {
    this.refusers.push(refuser);
  }

  /**
   * Settles those that must not be sent any more. Never throws.
   * @param done called for each of those
   * @returns the others, as they are to be sent now
   */
  async screen(claimed: ClaimedDelivery[], done: (delivery: ClaimedDelivery) => void): Promise<ClaimedDelivery[]> {
    // Nobody would hear that it could not be read.
    if (claimed.length === 0) return [];
    const about = this.circumstances(claimed);
    const screened = await Promise.all(
      claimed.map(async (delivery) => {
        try {
          const { suspended, refused } = await about;
          if (suspended.has(delivery.client_id)) return await this.put(delivery, SUSPENDED, heldFor(delivery), done);
          const reason = refused.get(delivery.id);
          if (reason !== undefined) return await this.suppress(delivery, reason, done);
          const asked = this.addressesOf(delivery);
          return asked.length === 0 ? delivery : await this.ask(delivery, asked, done);
        } catch (error) {
          logger.error({ client_id: delivery.client_id, err: error }, 'Who may be written to could not be read.');
          return this.put(delivery, UNREAD, UNREAD_VERDICT, done);
        }
      }),
    );
    return screened.flatMap((delivery) => (delivery === null ? [] : [this.withLink(delivery)]));
  }

  private async circumstances(claimed: ClaimedDelivery[]) {
    const late = claimed.filter((delivery) => isLater(delivery));
    const [suspended, ...found] = await Promise.all([
      this.clients.now(),
      ...(late.length === 0 ? [] : this.refusers.map((refuser) => refuser.refusals(late))),
    ]);
    return { suspended, refused: new Map(found.flatMap((reasons) => [...reasons])) };
  }

  private withLink(delivery: ClaimedDelivery): ClaimedDelivery {
    const { client_id, id: delivery_id, channel, address, content, user_pk } = delivery;
    if (content === null || address === null || !this.registry.findChannel(channel)?.unsubscribes?.(content))
      return delivery;
    const category = this.categoryOf(delivery);
    const target = { client_id, delivery_id, channel, address, category, user_pk };
    return { ...delivery, unsubscribe_url: this.links.urlFor(target) };
  }

  private categoryOf({ channel, content }: ClaimedDelivery): string | null {
    return content === null ? null : (this.registry.findChannel(channel)?.category?.(content) ?? null);
  }

  /** Its own, where it was accepted a while ago, and those of its copies. */
  private addressesOf(delivery: ClaimedDelivery): string[] {
    const { content, channel, address } = delivery;
    const descriptor = this.registry.findChannel(channel);
    const copies = content === null ? [] : (descriptor?.copies?.(content) ?? []);
    return isLater(delivery) && address !== null && descriptor?.address ? [address, ...copies] : copies;
  }

  private async ask(
    delivery: ClaimedDelivery,
    asked: string[],
    done: (delivery: ClaimedDelivery) => void,
  ): Promise<ClaimedDelivery | null> {
    const { channel, client_id } = delivery;
    const reasons = await this.suppressions.reasons(
      client_id,
      asked.map((address) => ({ channel, address })),
      this.categoryOf(delivery),
    );
    const suppressed = isLater(delivery) && delivery.address === asked[0] ? reasons[0]! : null;
    if (suppressed !== null) return this.suppress(delivery, suppressed, done);
    const left = asked.flatMap((address, at) => (reasons[at] ? [{ address, reason: reasons[at] }] : []));
    if (left.length === 0) return delivery;
    const left_out = `Left out: ${left.map(({ address, reason }) => `${address} (${reason})`).join(', ')}.`;
    return { ...delivery, content: this.without(delivery, left), left_out };
  }

  private without({ content, channel }: ClaimedDelivery, left: { address: string }[]): Content {
    const addresses = new Set(left.map(({ address }) => address));
    const name = [...addresses].toSorted().join(' ');
    const known = this.made.get(content!) ?? new Map<string, Content>();
    const made = known.get(name) ?? (this.registry.findChannel(channel)!.withoutCopies!(content, addresses) as Content);
    this.made.set(content!, known.set(name, made));
    return made;
  }

  private suppress(
    delivery: ClaimedDelivery,
    reason: string,
    done: (delivery: ClaimedDelivery) => void,
  ): Promise<null> {
    return this.put(delivery, suppressedFor(reason), { status: 'suppressed', reason, delayMs: null }, done);
  }

  /** It is not sent now. */
  private async put(
    delivery: ClaimedDelivery,
    outcome: Outcome,
    verdict: Verdict,
    done: (delivery: ClaimedDelivery) => void,
  ): Promise<null> {
    done(delivery);
    const routing = delivery.routing ?? NO_ROUTING;
    try {
      await this.deliveries.settle({
        delivery,
        attempt: attemptOf(outcome, null, 0),
        verdict: { ...verdict, routing, provider_message_id: null },
      });
    } catch (error) {
      // Its lease runs out, and who finds it then tries again.
      logger.error({ client_id: delivery.client_id, err: error }, 'An attempt could not be recorded.');
    }
    return null;
  }
}

/** Whoever may have been refused since it was accepted is asked about again; also where it can't be told how long ago that was: a clock was set back. */
const LATER_MS = 60_000;
export const isLater = (
  { id, attempt_count, resend_of, holds }: Pick<ClaimedDelivery, 'id' | 'attempt_count' | 'resend_of' | 'holds'>,
  now = Date.now(),
): boolean =>
  attempt_count > 1 || resend_of !== null || (holds ?? 0) > 0 || Math.abs(now - timeOfId(id).getTime()) > LATER_MS;

type Verdict = Pick<AttemptVerdict, 'status' | 'reason' | 'delayMs'>;

const NO_ROUTING: Routing = { decision: '', reason: 'no_provider' };

const suppressedFor = (reason: string): Outcome => ({
  kind: 'permanent',
  fault: 'recipient',
  code: 'suppressed',
  message: `Refused after the delivery was accepted: ${reason}.`,
});

const UNREAD = {
  kind: 'retryable',
  fault: 'provider',
  code: 'suppressions_unreadable',
  message: 'The suppression list could not be read.',
} as const satisfies Outcome;

const UNREAD_VERDICT: Verdict = { status: 'retrying', reason: UNREAD.code, delayMs: UNREAD_WAIT_MS };

const SUSPENDED = {
  kind: 'retryable',
  fault: 'provider',
  code: 'client_suspended',
  message: 'The client is suspended.',
} as const satisfies Outcome;

const heldFor = ({ holds }: Pick<ClaimedDelivery, 'holds'>): Verdict => ({
  status: 'held',
  reason: SUSPENDED.code,
  delayMs: Math.min(HELD_MS * 2 ** Math.min(holds ?? 0, 10), MAX_HELD_MS),
});
