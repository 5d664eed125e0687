import { Injectable } from '@nestjs/common';
import { may, type Caller } from '../../tenancy/access/caller.js';
import type { Request } from '../../tenancy/access/request.js';
import { Idempotency } from '../../tenancy/idempotency/idempotency.js';
import { isUuid, newId } from '../../platform/common/ids.js';
import { mergeMetadata } from '../../platform/common/metadata.js';
import { decodeCursor, toPage, type Page } from '../../platform/common/pagination.js';
import { invalidField, notFound, Problem } from '../../platform/common/problem.js';
import type { Tx } from '../../platform/database/database.js';
import { draftOf } from '../messages/draft.js';
import type { SendMessageDto } from '../messages/sending.dto.js';
import { requirePermission, RoomAccess, rowOf } from '../rooms/room-access.js';
import type {
  ScheduledMessageDto,
  ScheduledQueryDto,
  ScheduleMessageDto,
  UpdateScheduledMessageDto,
} from './scheduled.dto.js';
import { ScheduledRepository, type ScheduledRow } from './scheduled.repository.js';
import { ScheduledSender } from './scheduled.sender.js';

/** A sender may have so many that are to be sent yet; the client itself ten times as many. */
const MAX_OPEN = 100;

/** Messages that are sent at their time, by {@link ScheduledSender}. Each is its sender's, and nobody else's but the client's. */
@Injectable()
export class ScheduledService {
  constructor(
    private readonly repository: ScheduledRepository,
    private readonly sender: ScheduledSender,
    private readonly access: RoomAccess,
    private readonly idempotency: Idempotency,
  ) {}

  /** @throws Problem `not_found`, `insufficient_role`, `conflict` for one too many, `validation_failed` */
  async schedule(
    request: Request,
    roomId: string,
    { send_at, ...body }: ScheduleMessageDto,
  ): Promise<ScheduledMessageDto> {
    const { caller } = request;
    draftOf(caller, body);
    const room = await this.access.get(caller, roomId);
    requirePermission(caller, room.room_type, room.my_role, 'write');
    const senderPk = caller.user?.user_pk ?? null;
    const schedule = async (tx: Tx) => {
      await this.repository.holdRoom(tx, caller.clientId, room.id);
      const max = senderPk === null ? 10 * MAX_OPEN : MAX_OPEN;
      if ((await this.repository.countOpen(tx, caller.clientId, senderPk)) >= max) {
        throw new Problem('conflict', `At most ${max} messages may be scheduled at a time.`);
      }
      const row = { id: newId(), room_id: room.id, sender_pk: senderPk, body, send_at };
      if (!(await this.repository.insert(tx, caller.clientId, row))) throw outOfTime();
      return toScheduled((await this.repository.find(tx, caller.clientId, row.id, senderPk))!);
    };
    const made = await this.idempotency.effect(request, schedule, { row: rowOf(room.id) });
    this.sender.expect(made.send_at);
    return made;
  }

  async get(caller: Caller, id: string): Promise<ScheduledMessageDto> {
    const row = isUuid(id) ? await this.repository.read(caller.clientId, id, viewerOf(caller)) : null;
    if (!row) throw notFound('scheduled message');
    return toScheduled(row);
  }

  /** By their time. @throws Problem `not_found`, `invalid_cursor` */
  async list(caller: Caller, roomId: string, query: ScheduledQueryDto): Promise<Page<ScheduledMessageDto>> {
    const { limit = 50, status = null } = query;
    const cursor = decodeCursor(query.cursor, 2);
    if (cursor && !(Number.isSafeInteger(cursor.key[0]) && isUuid(cursor.key[1]))) {
      throw new Problem('invalid_cursor', 'cursor: use next_cursor or prev_cursor of an earlier answer, unchanged.');
    }
    const room = await this.access.get(caller, roomId);
    const rows = await this.repository.list(caller.clientId, room.id, viewerOf(caller), { status, limit, cursor });
    return toPage(rows, limit, cursor, ({ at, id }) => [at, id], toScheduled);
  }

  /** RFC 7396. @throws Problem `not_found`, `validation_failed`, `conflict` once it is being sent or has ended */
  async update(request: Request, id: string, dto: UpdateScheduledMessageDto): Promise<ScheduledMessageDto> {
    const { caller } = request;
    const changed = await this.change(request, id, async (tx, row) => {
      if (row.status !== 'scheduled') throw ended(row);
      const { send_at, ...changes } = dto;
      const body = patched(row.body, changes);
      draftOf(caller, body);
      if (!(await this.repository.update(tx, caller.clientId, row.id, body, send_at ?? null))) throw outOfTime();
      return toScheduled((await this.repository.find(tx, caller.clientId, row.id, viewerOf(caller)))!);
    });
    this.sender.expect(changed.send_at);
    return changed;
  }

  /** What was cancelled already stays so. @throws Problem as `update` */
  async cancel(request: Request, id: string): Promise<void> {
    await this.change(request, id, async (tx, row) => {
      if (row.status === 'cancelled') return;
      if (row.status !== 'scheduled') throw ended(row);
      await this.repository.cancel(tx, request.caller.clientId, row.id);
    });
  }

  private change<T>(request: Request, id: string, fn: (tx: Tx, row: ScheduledRow) => Promise<T>): Promise<T> {
    const { caller } = request;
    if (!may(caller, 'send_messages')) throw new Problem('forbidden', 'That needs the permission send_messages.');
    return this.idempotency.effect(request, async (tx) => {
      const row = isUuid(id) ? await this.repository.lock(tx, caller.clientId, id, viewerOf(caller)) : null;
      if (!row) throw notFound('scheduled message');
      return fn(tx, row);
    });
  }
}

const viewerOf = ({ user }: Caller) => user?.user_pk ?? null;

const outOfTime = (): Problem => invalidField('send_at', 'must be in the future, within a year');

const ended = ({ status }: ScheduledRow): Problem =>
  new Problem('conflict', status === 'sending' ? 'The message is being sent.' : `The message is ${status}.`);

function patched(before: SendMessageDto, { metadata, ...changes }: Omit<UpdateScheduledMessageDto, 'send_at'>) {
  const body: Record<string, unknown> = { ...before };
  for (const [field, value] of Object.entries(changes)) {
    if (value === null) delete body[field];
    else if (value !== undefined) body[field] = value;
  }
  if (metadata === null) delete body.metadata;
  else if (metadata !== undefined) body.metadata = mergeMetadata(before.metadata ?? {}, metadata);
  return body as SendMessageDto;
}

function toScheduled(row: ScheduledRow): ScheduledMessageDto {
  return {
    ...row.body,
    id: row.id,
    room_id: row.room_id,
    sender_id: row.sender_id,
    send_at: row.send_at.toISOString(),
    status: row.status === 'sending' ? 'scheduled' : row.status,
    ...(row.message_id !== null && { message_id: row.message_id }),
    ...(row.reason !== null && { reason: row.reason }),
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}
