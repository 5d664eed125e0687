import { markStep, tracer, type Span, type Tracer } from '../../../platform/tracing/tracer.js';
import type { ProviderRoute } from '../../providers/provider-routes.js';
import type { Outcome } from '../../providers/provider.js';
import type { ClaimedDelivery } from '../delivery.js';

/** How a delivery came to who sends it: at once where it was accepted, found as due by the dispatcher, or as a job of the queue. */
type Way = 'direct' | 'dispatcher' | 'queue';

/**
 * The step between the commit, or the wait for another attempt, and the attempt.
 * @param since when it began, in milliseconds since 1970
 */
export function traceHandover(claimed: ClaimedDelivery[], way: Way, since: number): void {
  if (tracer === null) return;
  for (const delivery of claimed) {
    const span = tracer.start('receive deliveries', {
      kind: 'consumer',
      parent: delivery.traceparent,
      since: Math.min(since, Date.now()),
      attributes: { ...about(delivery), 'messaging.operation.type': 'receive', 'chatapi.handover': way },
    });
    span.end();
    delivery.handed_over = span.traceparent;
  }
}

/** One attempt of each; what goes in one call runs as a part of the first, and names the others. */
export function startAttempts(tracer: Tracer, { descriptor, name }: ProviderRoute, batch: ClaimedDelivery[]): Span[] {
  const parents = batch.map(({ handed_over, traceparent }) => handed_over ?? traceparent);
  return batch.map((delivery, index) =>
    tracer.start(`process ${delivery.channel}`, {
      kind: 'consumer',
      parent: parents[index],
      attributes: {
        ...about(delivery),
        'messaging.operation.type': 'process',
        'messaging.batch.message_count': batch.length > 1 ? batch.length : undefined,
        'chatapi.provider': name,
        'chatapi.provider_type': descriptor.type,
        'chatapi.attempt': delivery.attempt_count,
      },
      ...(index === 0 && batch.length > 1 && { links: parents.slice(1, MAX_LINKS).filter((one) => one !== null) }),
    }),
  );
}

const MAX_LINKS = 100;

/**
 * What is sent again is a part of what asks for that, and names the trace in which it did not get through.
 * @param delivery the new one
 * @returns what is kept with it
 */
export function traceResend(delivery: Traced, before: string | null): string | null {
  const attributes = { ...about(delivery), 'messaging.operation.type': 'send' };
  return markStep(
    'resend deliveries',
    { kind: 'producer', attributes, links: before === null ? [] : [before] },
    before,
  );
}

/** What became of it. */
export function endAttempt(span: Span, outcome: Outcome): void {
  span.set({ 'chatapi.outcome': outcome.kind, 'http.response.status_code': outcome.response?.status });
  if (outcome.kind !== 'accepted') span.failed(outcome.code);
  span.end();
}

type Traced = Pick<ClaimedDelivery, 'client_id' | 'id' | 'channel' | 'source_kind' | 'source_id'>;

const about = ({ client_id, id, channel, source_kind, source_id }: Traced) => ({
  'messaging.system': 'chatapi',
  'messaging.destination.name': channel,
  'messaging.message.id': id,
  'chatapi.client_id': client_id,
  [`chatapi.${source_kind}_id`]: source_id,
});
