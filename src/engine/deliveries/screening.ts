import { Injectable } from '@nestjs/common';
import { logger } from '../../platform/common/logger.js';
import { SuppressionList } from '../suppressions/suppression-list.js';
import { UnsubscribeLinks } from '../suppressions/unsubscribe-links.js';
import type { Outcome } from '../providers/provider.js';
import { ProviderRegistry } from '../providers/provider.registry.js';
import { attemptOf } from './attempt-record.js';
import { DeliveriesService } from './deliveries.service.js';
import type { AttemptVerdict, ClaimedDelivery, Content, Routing } from './delivery.js';

const UNREAD_WAIT_MS = 30_000;

/**
 * Makes of claimed deliveries what is sent now. It asks the suppression list once more: since a delivery was accepted, its
 * address may have come there, and of copies nobody has asked yet; first attempts without copies cost nothing. Who may
 * unsubscribe gets a link.
 */
@Injectable()
export class Screening {
  /** Deliveries of one notification share their content, also without some copies: by that, batches know each other. */
  private readonly made = new WeakMap<Content, Map<string, Content>>();

  constructor(
    private readonly suppressions: SuppressionList,
    private readonly registry: ProviderRegistry,
    private readonly deliveries: DeliveriesService,
    private readonly links: UnsubscribeLinks,
  ) {}

  /**
   * Settles those that must not be sent any more. Never throws.
   * @param done called for each of those
   * @returns the others, as they are to be sent now
   */
  async screen(claimed: ClaimedDelivery[], done: (delivery: ClaimedDelivery) => void): Promise<ClaimedDelivery[]> {
    const screened = await Promise.all(
      claimed.map(async (delivery) => {
        const asked = this.addressesOf(delivery);
        if (asked.length === 0) return delivery;
        try {
          return await this.ask(delivery, asked, done);
        } catch (error) {
          logger.error({ client_id: delivery.client_id, err: error }, 'The suppression list could not be read.');
          done(delivery);
          await this.settle(delivery, UNREAD, { status: 'retrying', reason: UNREAD.code, delayMs: UNREAD_WAIT_MS });
          return null;
        }
      }),
    );
    return screened.flatMap((delivery) => (delivery === null ? [] : [this.withLink(delivery)]));
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
    if (suppressed !== null) {
      done(delivery);
      await this.settle(delivery, suppressedFor(suppressed), {
        status: 'suppressed',
        reason: suppressed,
        delayMs: null,
      });
      return null;
    }
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

  private async settle(
    delivery: ClaimedDelivery,
    outcome: Outcome,
    verdict: Pick<AttemptVerdict, 'status' | 'reason' | 'delayMs'>,
  ): Promise<void> {
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
  }
}

/** Its address was asked about when it was accepted, and may have come on the list since. */
const isLater = ({ attempt_count, resend_of }: ClaimedDelivery): boolean => attempt_count > 1 || resend_of !== null;

const NO_ROUTING: Routing = { decision: '', reason: 'no_provider' };

const suppressedFor = (reason: string): Outcome => ({
  kind: 'permanent',
  fault: 'recipient',
  code: 'suppressed',
  message: `The address came on the suppression list after the delivery was accepted: ${reason}.`,
});

const UNREAD = {
  kind: 'retryable',
  fault: 'provider',
  code: 'suppressions_unreadable',
  message: 'The suppression list could not be read.',
} as const satisfies Outcome;
