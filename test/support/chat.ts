import type { MessageDto } from '../../src/messaging/messages/messages.dto.js';
import type { MemberDto, Role } from '../../src/messaging/rooms/membership/member.dto.js';
import type { RoomDto } from '../../src/messaging/rooms/rooms.dto.js';
import type { Answer, Requester, TestClient } from './app.js';

/** Fails with the answer when it is not of the 2xx. */
export function ok<T>(answer: Answer<T>): T {
  if (answer.status >= 300) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

interface InRole {
  user_id: string;
  role: Role;
}

export const owner = (user_id: string): InRole => ({ user_id, role: 'owner' });
export const admin = (user_id: string): InRole => ({ user_id, role: 'admin' });

/** With a key that may do in rooms what a user's key may do at all. */
export const loginToAll = (client: TestClient, user: string) =>
  client.login(user, {
    permissions: ['read_messages', 'send_messages', 'join_rooms', 'invite_users', 'manage_rooms'],
  });

/** Who is in a room, by role. */
export async function rolesOf(client: TestClient, roomId: string): Promise<Record<string, Role>> {
  const { data } = ok(await client.request('GET', `/rooms/${roomId}/members`));
  return Object.fromEntries(data.map((member: MemberDto) => [member.user_id, member.role]));
}

/** A room of these users, made by the client. */
export async function makeRoom(
  client: TestClient,
  members: (string | InRole)[],
  fields: object = {},
): Promise<RoomDto> {
  const body = { room_type: 'group', name: 'Room', members, ...fields };
  return ok(await client.request<RoomDto>('POST', '/rooms', { body }));
}

export async function say(request: Requester, roomId: string, content: string): Promise<MessageDto> {
  return ok(await request<MessageDto>('POST', `/rooms/${roomId}/messages`, { body: { content } }));
}

/** A stream's reader, by the rules of docs/realtime.md: fails on a gap, drops what it has. */
export class Reader {
  readonly contents: string[] = [];

  constructor(
    readonly room_id: string,
    public epoch: string,
    public rev: number,
  ) {}

  get position(): { room_id: string; epoch: string; rev: number } {
    return { room_id: this.room_id, epoch: this.epoch, rev: this.rev };
  }

  /** @returns false when something between was missed */
  apply(event: { type: string; room_id: string | null; epoch?: string; rev?: number; data: any }): boolean {
    if (event.room_id !== this.room_id || event.rev === undefined || event.rev <= this.rev) return true;
    if (event.epoch !== this.epoch || event.rev !== this.rev + 1) return false;
    this.rev = event.rev;
    if (event.type === 'message.created') this.contents.push(event.data.content);
    return true;
  }
}
