import { Problem } from '../../platform/common/problem.js';
import type { DurableEvent } from '../../platform/realtime/event.js';
import type { RoomPermission } from '../rooms/room-permissions.js';
import type { RoomState, StateChange } from '../rooms/room-states.repository.js';
import type { RoomDto } from '../rooms/rooms.dto.js';
import { roomArchived, roomDeactivated, roomReactivated, roomUpdated } from '../rooms/rooms.events.js';

/** Something that is done to a room by hand. */
export interface RoomAction {
  permission: RoomPermission;
  event: DurableEvent<RoomDto, 'room', true>;
  /**
   * @param room not deleted
   * @returns null when there is nothing to change
   * @throws Problem `conflict` when something else is to be done first
   */
  change(room: RoomState): StateChange | null;
}

/** Activity begins anew, and the room is looked at soon. */
export const FRESH = { activated_at: 'now', deactivating_at: null, lifecycle_check_at: 'now' } as const;

/** What a room that is neither archived nor deleted is. */
export const restedStatus = ({ deactivated_at }: RoomState): 'active' | 'inactive' =>
  deactivated_at === null ? 'active' : 'inactive';

const manage = (event: RoomAction['event'], change: RoomAction['change']): RoomAction => ({
  permission: 'manage',
  event,
  change,
});

function refuseArchived({ status }: RoomState): void {
  if (status === 'archived') throw new Problem('conflict', 'The room is archived. Unarchive it first.');
}

/** A room that was deactivated by hand takes no messages; one that was by itself is activated by the next message. */
export const deactivate = manage(roomDeactivated, (room) => {
  refuseArchived(room);
  if (room.status === 'inactive' && room.deactivated_reason === 'manual') return null;
  return { status: 'inactive', deactivated_at: 'now', deactivated_reason: 'manual' };
});

export const activate = manage(roomReactivated, (room) => {
  refuseArchived(room);
  if (room.status === 'active') return null;
  return { status: 'active', deactivated_at: null, deactivated_reason: null, ...FRESH };
});

export const archive = manage(roomArchived, ({ status }) =>
  status === 'archived' ? null : { status: 'archived', archived_at: 'now' },
);

/** It goes back to what it was before. */
export const unarchive = manage(roomUpdated, (room) =>
  room.status === 'archived' ? { status: restedStatus(room), archived_at: null, ...FRESH } : null,
);

export const freeze = manage(roomUpdated, ({ frozen }) => (frozen ? null : { frozen: true }));

export const unfreeze = manage(roomUpdated, ({ frozen }) => (frozen ? { frozen: false } : null));
