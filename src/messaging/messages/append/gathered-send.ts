import { Injectable } from '@nestjs/common';
import { Coalescer } from '../../../platform/common/coalescer.js';
import { databaseSpan, inSpan, tracer } from '../../../platform/tracing/tracer.js';
import { metrics } from '../../../platform/common/metrics.js';
import { notFound, Problem } from '../../../platform/common/problem.js';
import { RealtimePublisher } from '../../../platform/realtime/realtime.publisher.js';
import type { EventRow } from '../../../engine/events/events.repository.js';
import { EventsService } from '../../../engine/events/events.service.js';
import { roomReactivated } from '../../rooms/rooms.events.js';
import { stubOf } from '../message.row.js';
import type { SeenMessage } from '../messages.dto.js';
import { messageCreated } from '../messages.events.js';
import { roomKey } from './append.sql.js';
import { BatchRunner } from './batch-runner.js';
import {
  HELD,
  STALE,
  StaleSettings,
  type Duplicate,
  type NewMessage,
  type Sent,
  type SendVerdict,
} from './new-message.js';
import { SlowLanes } from './slow-lanes.js';

const MAX_BATCH = 500;
const MAX_WAITING = 5_000;
const MAX_WAITING_PER_TENANT = MAX_WAITING / 4;
/** How long a slow lane waits for its room before its senders are told to try again. */
const LOCK_WAIT_MS = 5_000;

/**
 * The way of a message, from top to bottom:
 *
 *     send               here
 *     Coalescer          gathers what is sent at once into a batch
 *     SlowLanes          only for rooms that AppendRepository found held elsewhere: a lane for each, in which its
 *                        messages wait and go on in batches of their own
 *     BatchRunner        tries again when the connection is lost, halves a batch until a bad row stands alone
 *     AppendRepository   one transaction: folds echoes, locks the rooms, finds what an earlier try wrote, appends,
 *                        completes the answers kept under each Idempotency-Key; one round trip where it can be
 *     publish            here, after the commit
 *
 * It is the one way by which messages are written: concurrent sends gather into batches, at most two in flight per node and
 * never with a room in common; rooms that are locked elsewhere wait in slow lanes. What was committed is told to the sockets before its sender is answered, in
 * each room's order.
 */
@Injectable()
export class GatheredSend {
  private readonly lanes: SlowLanes;
  private readonly coalescer: Coalescer<NewMessage, SendVerdict | Promise<SendVerdict>>;

  constructor(
    private readonly runner: BatchRunner,
    private readonly publisher: RealtimePublisher,
    private readonly events: EventsService,
  ) {
    this.lanes = new SlowLanes({
      concurrency: 6,
      concurrencyPerTenant: 2,
      maxBatch: MAX_BATCH,
      maxWaiting: MAX_WAITING,
      maxWaitingPerTenant: MAX_WAITING_PER_TENANT,
      run: (messages) => this.runLane(messages),
    });
    this.coalescer = new Coalescer({
      name: 'messages',
      maxBatch: MAX_BATCH,
      maxWaiting: MAX_WAITING,
      maxWaitingPerTenant: MAX_WAITING_PER_TENANT,
      keyOf: ({ client_id, room_id }) => roomKey(client_id, room_id),
      run: (messages) => this.runBatch(messages),
    });
  }

  /**
   * @throws Problem when the message is refused, or when too much is waiting (`overloaded`); StaleSettings when it is to be
   *   judged anew
   */
  send(message: NewMessage): Promise<Sent | Duplicate> {
    if (tracer === null) return this.write(message);
    return inSpan('INSERT messages', databaseSpan('INSERT', 'messages'), (span) => {
      span!.set({ 'chatapi.room_id': message.room_id, 'chatapi.message_id': message.id });
      message.extras = { ...message.extras, traceparent: span!.traceparent };
      return this.write(message);
    });
  }

  private async write(message: NewMessage): Promise<Sent | Duplicate> {
    const verdict = await this.coalescer.add(message.client_id, message);
    if (verdict === STALE) throw new StaleSettings();
    if (verdict instanceof Problem) throw verdict;
    return verdict;
  }

  /** A held message is answered with the promise of its lane: the batch doesn't wait for it. */
  private async runBatch(batch: NewMessage[]): Promise<(SendVerdict | Promise<SendVerdict>)[]> {
    const inLanes = new Map<NewMessage, Promise<SendVerdict>>();
    for (const message of batch) {
      if (this.lanes.has(message)) inLanes.set(message, this.lanes.add(message));
    }
    const free = inLanes.size === 0 ? batch : batch.filter((message) => !inLanes.has(message));
    const verdicts = await this.runner.run(free);
    await this.tellOfRooms(free, verdicts);
    free.forEach((message, at) => {
      const verdict = verdicts[at]!;
      if (verdict === HELD) inLanes.set(message, this.lanes.add(message));
      else this.publish(message, verdict);
    });
    const decided = new Map(free.map((message, at) => [message, verdicts[at] as SendVerdict]));
    return batch.map((message) => inLanes.get(message) ?? decided.get(message)!);
  }

  private async runLane(messages: NewMessage[]): Promise<SendVerdict[]> {
    const verdicts = await this.runner.run(messages, LOCK_WAIT_MS);
    await this.tellOfRooms(messages, verdicts);
    return messages.map((message, at) => {
      const verdict = verdicts[at]!;
      // Held although we waited: the room was not there yet when it was to be locked.
      if (verdict === HELD) return notFound('room');
      this.publish(message, verdict);
      return verdict;
    });
  }

  /** Of those that messages reactivated, before their messages. */
  private async tellOfRooms(messages: NewMessage[], verdicts: (SendVerdict | typeof HELD)[]): Promise<void> {
    const revived = messages.flatMap((message, at) => reactivationOf(message, verdicts[at]!));
    if (revived.length > 0) await this.events.publish(revived);
  }

  private publish(from: NewMessage, verdict: SendVerdict): void {
    if (!isSent(verdict)) return;
    metrics.messagesSent.inc();
    const { message, epoch, shadowed } = verdict;
    const facts = {
      id: from.event_id,
      client_id: from.client_id,
      stream: { type: 'room', id: message.room_id },
      epoch,
      rev: message.rev,
      seq: message.seq,
      occurred_at: message.created_at,
      actor: { id: message.sender_id, type: message.sender_type },
      data: message as SeenMessage,
    } as const;
    if (shadowed) {
      this.publisher.publishToUser(from.sender_pk!, messageCreated, facts);
      this.publisher.publishToOthers([from.sender_pk!], messageCreated, { ...facts, data: stubOf(message) });
    } else this.publisher.publish(messageCreated, facts);
  }
}

const isSent = (verdict: SendVerdict | typeof HELD): verdict is Sent =>
  verdict !== HELD && verdict !== STALE && !(verdict instanceof Problem) && verdict.verdict === 'sent';

/** The event of the room, as the log has it. */
function reactivationOf(from: NewMessage, verdict: SendVerdict | typeof HELD): EventRow[] {
  if (!isSent(verdict) || verdict.reactivation_id === null) return [];
  const { message, epoch, reactivation_id } = verdict;
  return [
    {
      client_id: from.client_id,
      stream_type: 'room',
      stream_id: from.room_id,
      room_id: from.room_id,
      epoch,
      rev: message.rev - 1,
      id: reactivation_id,
      type: roomReactivated.type,
      v: roomReactivated.v,
      seq: null,
      subject_id: from.room_id,
      actor_pk: from.sender_pk,
      actor_type: from.sender_type,
      data: null,
      occurred_at: new Date(message.created_at),
    },
  ];
}
