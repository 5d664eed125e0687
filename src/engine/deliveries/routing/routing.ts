import type { ProviderRoute } from '../../providers/provider-routes.js';
import type { Thresholds } from '../../providers/routing.settings.js';
import type { Outage, Routing } from '../delivery.js';

/** What decides who takes an attempt of a delivery. */
export interface RoutingQuestion {
  /** The provider that the content names. */
  explicit: string | undefined;
  /** What was decided for it before. */
  before: Routing | null;
  /** People told by the whole source over this channel, copies included. */
  recipients: number;
  /** Of those, in one mail at least: one, and who gets a copy. */
  together: number;
  thresholds: Thresholds;
  /** Why a provider can't take anything just now; null where it can. */
  outageOf(route: ProviderRoute): Outage | null;
}

export interface RouteChoice {
  /** null: nobody can take it, or nobody can now ({@link outage}). */
  route: ProviderRoute | null;
  routing: Routing;
  /** Others could take over should this one fail. */
  othersLeft: boolean;
  /** Of those that could take it but for that, the first to come back. */
  outage: Outage | null;
}

/**
 * Picks the provider of an attempt: the one that the content names, else the first that suits the number of recipients, has not
 * failed this delivery in this round, and is not out.
 */
export function choose(routes: ProviderRoute[], question: RoutingQuestion): RouteChoice {
  const { explicit, before, outageOf, together } = question;
  const named = explicit === undefined ? routes : routes.filter(({ name }) => name === explicit);
  const able = named.filter(({ caps }) => caps.max_recipients === null || caps.max_recipients >= together);
  const [first] = able;
  if (!first) {
    const reason = named.length > 0 ? 'too_many_recipients' : 'no_provider';
    return { route: null, routing: { decision: explicit ?? '', reason }, othersLeft: false, outage: null };
  }
  const ordered = inOrder(able, question);
  const tried = ordered.filter(({ name }) => before?.tried?.includes(name));
  const outages = new Map(ordered.map((route) => [route, outageOf(route)]));
  const skipped = ordered.flatMap((route) => {
    const outage = outages.get(route);
    return outage ? [{ provider: route.name, reason: outage.reason }] : [];
  });
  const ready = ordered.filter((route) => outages.get(route) === null);
  const fresh = ready.filter((route) => !tried.includes(route));
  // Who failed it in this round is asked again when nobody else is left.
  const route = fresh[0] ?? ready[0] ?? null;
  const routing: Routing = {
    ...before,
    decision: route?.name ?? explicit ?? '',
    reason: reasonOf(route, question, fresh.length > 0 && (tried.length > 0 || skippedBefore(route, ordered))),
    tried: fresh.length > 0 ? tried.map(({ name }) => name) : [],
  };
  delete routing.skipped;
  if (before && before.decision !== routing.decision) delete routing.spent;
  if (skipped.length > 0) routing.skipped = skipped;
  return { route, routing, othersLeft: fresh.length > 1, outage: route ? null : soonest([...outages.values()]) };

  function skippedBefore(chosen: ProviderRoute | null, all: ProviderRoute[]): boolean {
    return chosen !== null && all.slice(0, all.indexOf(chosen)).some((other) => outages.get(other) !== null);
  }
}

/** Few recipients: the primary provider, then the others in their order, bulk ones last. Many: bulk ones first. */
function inOrder(routes: ProviderRoute[], question: RoutingQuestion): ProviderRoute[] {
  const bulkFirst = isBulk(question);
  const rank = ({ caps, reason }: ProviderRoute): number => {
    const tooSmall = caps.max_recipients !== null && caps.max_recipients < question.recipients;
    const early = bulkFirst ? caps.is_bulk : reason === 'primary' || !caps.is_bulk;
    return (tooSmall ? 2 : 0) + (early ? 0 : 1);
  };
  // The sort is stable: those of one rank stay in the order of the list, which has the primary one first.
  return routes.toSorted((a, b) => rank(a) - rank(b));
}

/** The primary provider takes a few without a look at the threshold. */
const isBulk = ({ recipients, thresholds: { bulk, primaryMax } }: RoutingQuestion): boolean =>
  recipients > primaryMax && recipients >= bulk;

function reasonOf(route: ProviderRoute | null, question: RoutingQuestion, failover: boolean): Routing['reason'] {
  if (question.explicit !== undefined) return 'explicit';
  if (!route) return 'none_available';
  if (failover) return 'failover';
  return isBulk(question) && route.caps.is_bulk ? 'bulk' : route.reason;
}

/** The outage that ends first. */
const soonest = (outages: (Outage | null)[]): Outage | null =>
  outages.reduce((first, one) => (one && (!first || one.until < first.until) ? one : first), null);
