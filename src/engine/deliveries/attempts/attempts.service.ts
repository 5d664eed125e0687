import { Injectable } from '@nestjs/common';
import { logger } from '../../../platform/common/logger.js';
import type { Outcome } from '../../providers/provider.js';
import type { ProviderRoute } from '../../providers/provider-routes.js';
import { Admission, isGuarded } from '../routing/admission.js';
import { isTooLate } from '../routing/budgets.js';
import { DeliveriesService } from '../deliveries.service.js';
import type { ClaimedDelivery, Outage, Routing } from '../delivery.js';
import { Handover, type RoutedDelivery } from './handover.js';
import { holdVerdict } from './retry.js';
import { grantOf, type Capped, type Grant } from '../routing/provider-quotas.js';
import { Router } from '../routing/router.js';
import { Screening } from './screening.js';
import type { RouteChoice } from '../routing/routing.js';

/** A claimed delivery, and what gives back the room that it took. */
type Held = Pick<RoutedDelivery, 'delivery' | 'leave'>;

/** What goes to one provider; of one content, where the provider takes many in one call. */
interface Group {
  route: ProviderRoute;
  planned: RoutedDelivery[];
  /** Their lane, where it has a rate of its own. */
  paced: Capped | null;
}

/** Which provider takes what, as it was found out in one round of decisions. */
type Outages = Map<ProviderRoute, Outage>;

/** Brings what this process has claimed to a provider that takes it, or holds it until one does. */
@Injectable()
export class AttemptsService {
  constructor(
    private readonly deliveries: DeliveriesService,
    private readonly router: Router,
    private readonly admission: Admission,
    private readonly handover: Handover,
    private readonly screening: Screening,
  ) {}

  /**
   * Never throws.
   * @param sent called once for each delivery, when the other side has nothing to do with it any more
   */
  async attempt(claimed: ClaimedDelivery[], sent: (delivery: ClaimedDelivery) => void): Promise<void> {
    const sendable = await this.screening.screen(claimed, sent);
    const held = sendable.map((delivery) => ({ delivery, leave: () => sent(delivery) }));
    await this.bring(held, new Map(), true);
  }

  /** What a provider turns away is decided anew, without it: each round leaves out one more. */
  private async bring(held: Held[], outages: Outages, withSiblings: boolean): Promise<void> {
    const groups = await this.plan(held, outages);
    await Promise.all(
      groups.map(async (group) => {
        const siblings = withSiblings ? await this.siblingsOf(group) : [];
        // They may have been tried before, elsewhere.
        if (siblings.length > 0) return this.bring([...group.planned, ...siblings], outages, false);
        await this.send(group, outages);
      }),
    );
  }

  private async plan(held: Held[], outages: Outages): Promise<Group[]> {
    const groups = new Map<ProviderRoute, Map<unknown, Group>>();
    await Promise.all(
      held.map(async (one) => {
        const planned = await this.decide(one, outages);
        if (!planned?.route) return;
        const { route, delivery } = planned;
        const ofRoute = groups.get(route) ?? new Map<unknown, Group>();
        groups.set(route, ofRoute);
        const paced = this.admission.paceOf(delivery, route);
        // Deliveries of one notification share their content.
        const together = isGuarded(route) && route.descriptor.maxBatch > 1 ? delivery.content : route;
        const what = paced ? `${delivery.client_id} ${delivery.lane}` : together;
        const group = ofRoute.get(what);
        if (group) group.planned.push(planned);
        else ofRoute.set(what, { route, planned: [planned], paced });
      }),
    );
    return [...groups.values()].flatMap((ofRoute) => [...ofRoute.values()]);
  }

  /** @returns null where it is settled: nobody can take it, or nobody can now */
  private async decide(held: Held, outages: Outages): Promise<RoutedDelivery | null> {
    const { delivery, leave } = held;
    const choice = await this.choiceOf(delivery, outages);
    if (choice?.route && delivery.content !== null) return { ...held, ...choice };
    leave();
    if (choice === null) {
      const routing = delivery.routing ?? NO_ROUTING;
      await this.handover.record({ ...held, route: null, routing, othersLeft: false }, UNREADABLE, 0);
    } else if (delivery.content !== null && choice.outage) {
      await this.hold({ ...held, ...choice }, this.behindOthers(choice.outage, outages));
    } else {
      await this.handover.record({ ...held, ...choice }, this.failureOf(delivery, choice), 0);
    }
    return null;
  }

  /** @returns null where the client's providers can't be read now: it is tried again; what was claimed beside it goes on */
  private async choiceOf(delivery: ClaimedDelivery, outages: Outages): Promise<RouteChoice | null> {
    try {
      return await this.router.decide(delivery, delivery.content, (route) => outages.get(route) ?? null);
    } catch (error) {
      logger.error({ client_id: delivery.client_id, err: error }, 'The providers of a client could not be read.');
      return null;
    }
  }

  /** More of the same source, for a provider that takes many in one call. */
  private async siblingsOf({ route, planned }: Group): Promise<Held[]> {
    const { delivery } = planned[0]!;
    const room = isGuarded(route) ? batchSizeOf(route) - planned.length : 0;
    if (room <= 0 || planned.length >= (delivery.recipients ?? 1)) return [];
    try {
      const claimed = await this.deliveries.claimSiblings(delivery, room);
      const sendable = await this.screening.screen(claimed, () => undefined);
      return sendable.map((sibling) => ({ delivery: sibling, leave: () => undefined }));
    } catch (error) {
      logger.warn({ reason: (error as Error).message }, 'What could go in one call could not be claimed.');
      return [];
    }
  }

  /** What the provider does not take now goes elsewhere, and need not wait for what it takes. */
  private async send({ route, planned, paced }: Group, outages: Outages): Promise<void> {
    const inTurn = isGuarded(route) ? planned.toSorted(byAge) : planned;
    const grant = await this.admit(paced ?? route, inTurn);
    const { granted, going, counted, outage } = grant;
    const goes = going === null ? inTurn.slice(0, granted) : inTurn.filter(({ delivery }) => going.has(delivery.id));
    const size = batchSizeOf(route);
    const sends: Promise<void>[] = [];
    for (let at = 0; at < goes.length; at += size) {
      const batch = goes.slice(at, at + size);
      const inMs =
        going === null
          ? grant.firstInMs + at * grant.spacingMs
          : Math.min(...batch.map(({ delivery }) => going.get(delivery.id)!));
      sends.push(this.handover.send(route, batch, { inMs, counted }));
    }
    const gone = new Set(goes);
    const turnedAway = goes.length === inTurn.length ? [] : inTurn.filter((one) => !gone.has(one));
    if (turnedAway.length > 0 && paced) {
      sends.push(...turnedAway.map((one) => this.waitForTurn(one, paced, outage!)));
    } else if (turnedAway.length > 0) {
      outages.set(route, outage!);
      sends.push(this.bring(turnedAway, outages, false));
    }
    await Promise.all(sends);
  }

  /** There is no other way: its lane takes it, but not yet. */
  private waitForTurn(planned: RoutedDelivery, lane: Capped, outage: Outage): Promise<void> {
    planned.leave();
    return this.hold(planned, this.admission.queueBehind(lane, outage));
  }

  /** What a rate turned away comes again one after the other. */
  private behindOthers(outage: Outage, outages: Outages): Outage {
    const [route] = [...outages].find(([, one]) => one === outage) ?? [];
    return route ? this.admission.queueBehind(route, outage) : outage;
  }

  private async admit(what: ProviderRoute | Capped, planned: RoutedDelivery[]): Promise<Grant> {
    try {
      if (!('descriptor' in what)) return await this.admission.pace(what, planned.length);
      return await this.admission.admit(
        what,
        planned.map(({ delivery }) => delivery),
      );
    } catch (error) {
      logger.warn({ reason: (error as Error).message }, 'What a provider takes could not be counted.');
      const outage: Outage = { reason: 'quota_unknown', until: Date.now() + AGAIN_MS };
      return grantOf(0, outage);
    }
  }

  private async hold(planned: RoutedDelivery, outage: Outage): Promise<void> {
    const { delivery, routing } = planned;
    try {
      const rules = await this.router.rulesOf(delivery);
      if (isTooLate(routing, outage, rules.retryPolicy.budgets, delivery.updated_at.getTime()))
        return await this.handover.record(planned, TOO_LATE, 0);
      await this.deliveries.hold(delivery, holdVerdict(delivery, routing, outage, rules));
    } catch (error) {
      logger.error({ client_id: delivery.client_id, err: error }, 'A delivery could not be held.');
    }
  }

  private failureOf(delivery: ClaimedDelivery, { routing, route }: RouteChoice): Outcome {
    if (delivery.content === null && (route || routing.reason === 'none_available')) {
      const message = `There is nothing to send by ${delivery.channel}.`;
      return { kind: 'permanent', fault: 'recipient', code: 'content_missing', message };
    }
    return { kind: 'permanent', fault: 'provider', code: routing.reason, message: this.noProvider(delivery, routing) };
  }

  private noProvider({ channel }: ClaimedDelivery, { decision: named, reason }: Routing): string {
    if (reason === 'too_many_recipients')
      return 'One mail goes to more people, copies counted, than max_recipients allows.';
    if (named !== '') return `The client has no provider named ${JSON.stringify(named)}.`;
    return `The client has no ${channel} provider: add one at /api/v1/clients/me/providers.`;
  }
}

const NO_ROUTING: Routing = { decision: '', reason: 'no_provider' };

const UNREADABLE: Outcome = {
  kind: 'retryable',
  fault: 'provider',
  code: 'provider_error',
  message: "The client's providers could not be read.",
};

const TOO_LATE: Outcome = {
  kind: 'permanent',
  fault: 'recipient',
  code: 'time_exhausted',
  message: 'No provider took it for as long as it is tried.',
};

/** Ids are made when deliveries are, and grow with time. */
const byAge = ({ delivery: { id: a } }: RoutedDelivery, { delivery: { id: b } }: RoutedDelivery): number =>
  a < b ? -1 : 1;

/** Deliveries of one call. */
const batchSizeOf = ({ descriptor, caps }: ProviderRoute): number =>
  Math.min(descriptor.maxBatch, caps.max_recipients ?? descriptor.maxBatch);

/** Where it can't be known whether a provider takes more: looked at again soon. */
const AGAIN_MS = 1_000;
