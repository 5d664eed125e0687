import { Injectable } from '@nestjs/common';
import { fieldsOf } from '../../platform/common/field-registry.js';
import { NestedList, Uuid } from '../../platform/common/fields.js';
import { invalidField, Problem, type FieldError } from '../../platform/common/problem.js';
import { toDto } from '../../platform/common/validation.js';
import { AddMembersDto } from '../../messaging/members/members.dto.js';
import { MembersService, soundAdditionsOf } from '../../messaging/members/members.service.js';
import { MemberInputDto } from '../../messaging/rooms/membership/member.dto.js';
import { SendingService } from '../../messaging/messages/sending.service.js';
import { SendMessageDto } from '../../messaging/messages/sending.dto.js';
import { NewRoomsService } from '../../messaging/rooms/new-rooms.service.js';
import { CreateRoomDto } from '../../messaging/rooms/rooms.dto.js';
import type { Caller } from '../../tenancy/access/caller.js';
import { Request, valueOf } from '../../tenancy/access/request.js';
import { Idempotency, Replay } from '../../tenancy/idempotency/idempotency.js';
import { NotificationInputDto } from '../notifications/notifications.dto.js';
import { NotificationsService } from '../notifications/notifications.service.js';
import { RuleHops, ruleMessageIdOf } from './rule-hops.js';
import type { ActionType } from './rules.dto.js';

const ROOM = { optional: true, description: 'Left out: the room that the rule made.' } as const;

export class AddMembersActionDto extends AddMembersDto {
  @Uuid(ROOM)
  room_id?: string;

  /** All of them or nobody: of a rule it is known as soon as it is made which of them are none. */
  @NestedList(() => MemberInputDto, { optional: true, min: 1, max: 'room_members', shorthand: 'user_id' })
  override members?: MemberInputDto[];
}

export class SendMessageActionDto extends SendMessageDto {
  @Uuid(ROOM)
  room_id?: string;
}

const PARAMS: Record<ActionType, new () => object> = {
  create_room: CreateRoomDto,
  add_members: AddMembersActionDto,
  send_message: SendMessageActionDto,
  send_notification: NotificationInputDto,
};

/** An action, every expression of it worked out. */
export interface WorkedOut {
  type: ActionType;
  params: unknown;
}

/** Whose action it is. */
export interface ActionContext {
  caller: Caller;
  /** Names this action of this rule on this event, for good. */
  key: string;
  /** The room that the rule made. */
  roomId: string | null;
}

/** Does what rules say, by the very services that REST routes call, each action once. */
@Injectable()
export class RuleActions {
  constructor(
    private readonly rooms: NewRoomsService,
    private readonly members: MembersService,
    private readonly sending: SendingService,
    private readonly notifications: NotificationsService,
    private readonly idempotency: Idempotency,
    private readonly hops: RuleHops,
  ) {}

  /**
   * Under an Idempotency-Key that is made of `key`, so that what a killed process has done is found and not done again.
   * @returns the id of what was made, or was there; of new members, of their room
   * @throws Problem as the route would answer
   */
  async perform({ type, params }: WorkedOut, { caller, key, roomId }: ActionContext): Promise<string> {
    const dto = read(type, params);
    const request = new Request(caller, key, { status: 201 });
    try {
      await this.idempotency.begin(request, { key, method: 'RULE', path: type, query: '', body: null });
    } catch (error) {
      if (!(error instanceof Replay)) throw error;
      return idOf(type, JSON.parse(error.body), dto, roomId);
    }
    try {
      return idOf(type, await this.act(request, type, dto, roomId), dto, roomId);
    } finally {
      // Whatever the refusal: the same is tried again when the event is replayed.
      if (request.lease && !request.lease.completed) await this.idempotency.finish(request.lease, 503, '');
    }
  }

  private async act(request: Request, type: ActionType, dto: object, roomId: string | null): Promise<unknown> {
    switch (type) {
      case 'create_room':
        return valueOf(await this.rooms.create(request, dto as CreateRoomDto));
      case 'add_members': {
        const { room_id: _, ...members } = dto as AddMembersActionDto;
        const id = actionRoomOf(dto, roomId);
        const userIds = soundAdditionsOf(request.caller, members).map(({ user_id }) => user_id);
        await this.hops.markMembers(request.caller, id, userIds);
        return this.members.add(request, id, members);
      }
      case 'send_message': {
        const { room_id: _, ...message } = dto as SendMessageActionDto;
        const once = { ...message, client_msg_id: ruleMessageIdOf(request.id, request.caller.hops ?? 1) };
        return valueOf(await this.sending.send(request, actionRoomOf(dto, roomId), once, { senderType: 'bot' }));
      }
      case 'send_notification':
        return valueOf(await this.notifications.accept(request, dto as NotificationInputDto));
    }
  }
}

/** @throws Problem `validation_failed` for what the route would refuse */
export function read(type: ActionType, params: unknown): object {
  const dto = toDto(PARAMS[type], params);
  if (Object.hasOwn(dto, 'client_msg_id') && (dto as SendMessageDto).client_msg_id !== undefined) throw ownId();
  return dto;
}

/** What of an action is wrong before any event has come, its expressions aside. */
export function faultsOf(type: ActionType, params: Record<string, unknown>, hasExpressions: boolean): FieldError[] {
  if (hasExpressions) {
    const known = fieldsOf(PARAMS[type]);
    const unknown = Object.keys(params).filter((name) => !known.has(name));
    return unknown.map((field) => ({ field, message: 'is not a known field' }));
  }
  try {
    read(type, params);
    return [];
  } catch (error) {
    if (error instanceof Problem) return error.options.errors ?? [];
    throw error;
  }
}

const ownId = (): Problem => invalidField('client_msg_id', 'is made of the event');

/** @param roomId the room that the rule made. @throws Problem `validation_failed` where there is none, and none is named */
export function actionRoomOf(dto: { room_id?: string }, roomId: string | null): string {
  const id = dto.room_id ?? roomId;
  if (id === null) throw invalidField('room_id', 'is required: this rule has made no room');
  return id;
}

const idOf = (type: ActionType, answer: unknown, dto: object, roomId: string | null): string =>
  type === 'add_members' ? actionRoomOf(dto, roomId) : (answer as { id: string }).id;
