import { Injectable } from '@nestjs/common';
import { invalidField } from '../../platform/common/problem.js';
import { NIL_UUID, type Caller } from '../../tenancy/access/caller.js';
import type { UserId } from '../../platform/common/ids.js';
import { draftOf } from '../../messaging/messages/draft.js';
import { soundAdditionsOf } from '../../messaging/members/members.service.js';
import { NewRoomsService } from '../../messaging/rooms/new-rooms.service.js';
import { refuseDirect, RoomAccess } from '../../messaging/rooms/room-access.js';
import type { CreateRoomDto } from '../../messaging/rooms/rooms.dto.js';
import { NotificationPlanner } from '../notifications/notification-planner.js';
import type { NotificationInputDto, RecipientInputDto } from '../notifications/notifications.dto.js';
import {
  read,
  actionRoomOf,
  type AddMembersActionDto,
  type SendMessageActionDto,
  type WorkedOut,
} from './rule-actions.js';

/** Who is in a room that only would be there. */
const SOMEBODY = { user_id: 'somebody' as UserId } as RecipientInputDto;

/** What services would refuse of an action, by their own checks, and nothing is done. */
@Injectable()
export class RuleRehearsal {
  constructor(
    private readonly rooms: NewRoomsService,
    private readonly access: RoomAccess,
    private readonly planner: NotificationPlanner,
  ) {}

  /**
   * @param made whether the rule would have made a room before
   * @throws Problem as the action would, as far as that can be told before it is done
   */
  async check({ type, params }: WorkedOut, caller: Caller, made: boolean): Promise<void> {
    const dto = read(type, params);
    switch (type) {
      case 'create_room':
        return this.rooms.check(caller, dto as CreateRoomDto);
      case 'add_members': {
        const room = await this.find(caller, actionRoomOf(dto, made ? NIL_UUID : null));
        soundAdditionsOf(caller, dto as AddMembersActionDto);
        if (room) refuseDirect(room);
        return;
      }
      case 'send_message':
        draftOf(caller, dto as SendMessageActionDto);
        await this.find(caller, actionRoomOf(dto, made ? NIL_UUID : null));
        return;
      case 'send_notification':
        await this.planner.plan(caller, imagined(dto as NotificationInputDto));
    }
  }

  /** @returns null for the room that only would be there. @throws Problem `not_found` */
  private async find(caller: Caller, roomId: string) {
    return roomId === NIL_UUID ? null : this.access.get(caller, roomId);
  }
}

/** Nobody is made by it, and whom rooms that would be there would hold, somebody stands for. @throws Problem for one that is to be imagined only */
function imagined(input: NotificationInputDto): NotificationInputDto {
  if (input.simulate) throw invalidField('simulate', 'is for requests of their own, not for what is to be sent');
  const recipients = input.recipients?.map((one) => (one.room_id === NIL_UUID ? SOMEBODY : one));
  return { ...input, ...(recipients && { recipients }), simulate: true };
}
