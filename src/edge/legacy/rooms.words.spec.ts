import { changedRoomOf, newRoomOf, oldMember, oldRoom } from './rooms.words.js';

const TIME = '2026-01-01T00:00:00.000Z';
const member = { user_id: 'ann', display_name: null, status: 'active', last_read_seq: 2, updated_at: TIME };
const times = new Map([[2, new Date(TIME)]]);

describe('rooms of the first version', () => {
  it('are groups of a hundred unless they say otherwise, and their members have no names', () => {
    expect(
      newRoomOf({ name: 'R', is_active: true, members: [{ user_id: 'a', display_name: 'A', role: null }, 'b'] }),
    ).toEqual({ name: 'R', room_type: 'group', max_members: 100, members: [{ user_id: 'a' }, 'b'] });
    expect(newRoomOf({ room_type: 'direct' })).toEqual({ room_type: 'direct' });
    expect(newRoomOf({ room_type: 'channel', max_members: 7 })).toEqual({ room_type: 'channel', max_members: 7 });
  });

  it('become active and inactive by a change', () => {
    expect(changedRoomOf({ is_active: false, name: null, room_type: 'group' })).toEqual({ room: {}, isActive: false });
    expect(changedRoomOf({ is_active: true, name: 'N' })).toEqual({ room: { name: 'N' }, isActive: true });
    expect(changedRoomOf({ is_active: 'false' }).isActive).toBe(false);
    expect(changedRoomOf({ is_active: null, name: 'N' }).isActive).toBeUndefined();
    expect(() => changedRoomOf({ is_active: 'closed' })).toThrow('is_active: must be true or false');
  });

  it('say who is in them, who left when, and how far each has read', () => {
    expect(oldMember(member, times)).toMatchObject({
      display_name: 'ann',
      is_active: true,
      left_at: null,
      last_read_at: TIME,
    });
    expect(oldMember({ ...member, status: 'left', display_name: 'Ann', last_read_seq: 0 }, times)).toMatchObject({
      display_name: 'Ann',
      is_active: false,
      left_at: TIME,
      last_read_at: null,
    });
    const room = { status: 'archived', created_by: 'ann', members: [member] };
    expect(oldRoom(room, times)).toMatchObject({
      is_active: false,
      created_by_user_id: 'ann',
      members: [{ is_active: true }],
    });
  });
});
