import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { newId } from '../../platform/common/ids.js';
import { decodeIdCursor, toPage, type Page } from '../../platform/common/pagination.js';
import { Database } from '../../platform/database/database.js';
import { DeliveriesReader } from '../../engine/deliveries/deliveries.reader.js';
import { isOpen, type DeliveryStatus } from '../../engine/deliveries/delivery.js';
import { traceparentNow } from '../../platform/tracing/tracer.js';
import type { DeliveryDto } from '../../engine/deliveries/deliveries.dto.js';
import { untriedDelivery } from '../../engine/deliveries/delivery-view.js';
import { DueSignal } from '../../engine/deliveries/due-signal.js';
import type { EndpointRow } from './endpoint.js';
import { EndpointMessagesRepository, type EndpointMessageRow } from './endpoint-messages.repository.js';
import { EndpointsService } from './endpoints.service.js';
import type { EndpointDeliveriesQueryDto, EndpointDeliveryDto, EndpointStatsDto } from './endpoint-history.dto.js';
import { EventTypes } from './event-types.js';

const COUNTED = 10_000;
/** Beyond what the receiver may take. */
const TEST_MS = 5_000;
const LOOK_MS = 50;

/** What an endpoint was told, and what became of it; and telling it something to try it out. */
@Injectable()
export class EndpointHistoryService {
  constructor(
    private readonly endpoints: EndpointsService,
    private readonly messages: EndpointMessagesRepository,
    private readonly reader: DeliveriesReader,
    private readonly types: EventTypes,
    private readonly database: Database,
    private readonly due: DueSignal,
  ) {}

  /** Newest first. */
  async list(clientId: string, id: string, query: EndpointDeliveriesQueryDto): Promise<Page<EndpointDeliveryDto>> {
    const { limit = 50 } = query;
    const cursor = decodeIdCursor(query.cursor);
    const endpoint = await this.endpoints.find(clientId, id);
    const rows = await this.messages.list(clientId, endpoint.id, query, limit, cursor);
    const deliveries = await this.reader.ofSources(this.database, rows);
    return toPage(
      rows,
      limit,
      cursor,
      (row) => [row.id],
      (row) =>
        shown(
          endpoint,
          row,
          deliveries.get(row.id)?.find((one) => one.id === row.id),
        ),
    );
  }

  async stats(clientId: string, id: string): Promise<EndpointStatsDto> {
    const endpoint = await this.endpoints.find(clientId, id);
    const [rows, counts] = await this.database.transaction(async (tx) => {
      const rows = await this.messages.latest(tx, clientId, endpoint.id, COUNTED);
      const sent = rows.filter(({ state }) => state !== 'waiting');
      return [rows, sent.length > 0 ? await this.reader.counts(tx, sent) : new Map<string, never[]>()] as const;
    });
    const by_status: Record<string, number> = {};
    for (const ofOne of counts.values()) {
      for (const { status, n } of ofOne) by_status[status] = (by_status[status] ?? 0) + n;
    }
    return {
      endpoint_id: endpoint.id,
      period_s: 86_400,
      total: rows.length,
      by_status,
      waiting: rows.filter(({ state }) => state === 'waiting').length,
      failing_since: endpoint.failing_since?.toISOString() ?? null,
    };
  }

  /**
   * Sends an example now, once, whether or not the endpoint is enabled; it says nothing of the endpoint's health.
   * @returns the delivery as soon as it has ended, or as it stands when the receiver has had its time
   */
  async test(clientId: string, id: string, eventType = 'endpoint.test'): Promise<EndpointDeliveryDto> {
    const endpoint = await this.endpoints.find(clientId, id);
    const envelope = this.types.example(eventType, clientId);
    const message: EndpointMessageRow = {
      client_id: clientId,
      id: newId(),
      endpoint_id: endpoint.id,
      event_id: envelope.id,
      event_type: eventType,
      event_rev: 0,
      event_at: new Date(envelope.occurred_at),
      stream_id: clientId,
      order_key: null,
      state: 'done',
      is_test: true,
      body: JSON.stringify(envelope),
      fault: null,
      traceparent: traceparentNow(),
      created_at: new Date(),
    };
    const target = { url: endpoint.url, lane: `webhook:endpoint-test/${endpoint.id}`, max_attempts: 1 };
    const [written] = await this.messages.insert(this.database, [message], new Map([[endpoint.id, target]]));
    this.due.raise();
    const row = { ...message, created_at: written!.created_at };
    return shown(endpoint, row, await this.untilEnded(row, endpoint.timeout_ms + TEST_MS));
  }

  private async untilEnded(row: EndpointMessageRow, patienceMs: number): Promise<DeliveryDto | undefined> {
    const until = performance.now() + patienceMs;
    for (;;) {
      const [delivery] = (await this.reader.ofSources(this.database, [row])).get(row.id) ?? [];
      if ((delivery && !isOpen(delivery.status as DeliveryStatus)) || performance.now() > until) return delivery;
      await sleep(LOOK_MS);
    }
  }
}

/** @param delivery undefined while it waits for its turn */
function shown(
  { id, url }: EndpointRow,
  row: EndpointMessageRow,
  delivery: DeliveryDto = waiting(url, row),
): EndpointDeliveryDto {
  return {
    ...delivery,
    endpoint_id: id,
    event_id: row.event_id,
    event_type: row.event_type,
    condition_failed: row.fault !== null,
  };
}

const waiting = (address: string, { id, created_at }: EndpointMessageRow): DeliveryDto =>
  untriedDelivery(
    {
      id,
      notification_id: null,
      channel: 'webhook',
      recipient: { address },
      status: 'pending',
      reason: 'waiting_for_turn',
    },
    created_at,
  );
