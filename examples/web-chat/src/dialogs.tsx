import { useState, type FormEvent } from 'react';
import type { ChatMessage, ChatRoom, Member, Room } from '@chatapi/sdk';
import { nameOf, usePeople, usePresenceOf } from './people';
import { go } from './place';
import { attempt, Avatar, count, Dialog, IconButton, Item, say, useSession } from './ui';

/** A direct message, or a room of one's own, to which one invites. */
export function NewDialog({ onClose }: { onClose: () => void }) {
  const { client } = useSession();
  const people = usePeople();
  const presence = usePresenceOf(people.map(({ user_id }) => user_id));
  const enter = async (entering: Promise<{ id: string }>): Promise<void> => {
    const room = await attempt(entering);
    if (room) go({ room: room.id });
    onClose();
  };
  const make = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get('name'));
    void enter(client.createRoom({ room_type: 'group', name }));
  };
  return (
    <Dialog title="New conversation" onClose={onClose}>
      <h3>Write to somebody</h3>
      {people.length === 0 && <p className="muted">Nobody else is here yet: open a second window.</p>}
      <ul>
        {people.map((member) => (
          <Item
            key={member.user_id}
            avatar={<Avatar id={member.user_id} name={nameOf(member)} state={presence(member.user_id)} />}
            title={nameOf(member)}
            onClick={() => void enter(client.directRoom(member.user_id))}
          />
        ))}
      </ul>
      <h3>Make a room</h3>
      <form className="row" onSubmit={make}>
        <input name="name" aria-label="Name of the room" className="grow" required maxLength={100} dir="auto" />
        <button className="primary">Make it</button>
      </form>
    </Dialog>
  );
}

/** Who is in a room, and who is to come. */
export function RoomDialog({ room, members, onClose }: { room: Room; members: Member[]; onClose: () => void }) {
  const presence = usePresenceOf(members.map(({ user_id }) => user_id));
  const { client } = useSession();
  const leave = (): void => void attempt(client.leaveRoom(room.id)).then(() => go({}));
  return (
    <Dialog title={room.name ?? 'Conversation'} onClose={onClose}>
      <h3>{count(room.member_count, 'member')}</h3>
      <ul>
        {members.map((member) => (
          <li key={member.user_id} className="row">
            <Avatar id={member.user_id} name={nameOf(member)} state={presence(member.user_id)} />
            <span className="grow">{nameOf(member)}</span>
            {member.role !== 'member' && <small>{member.role}</small>}
            <Nudge member={member} />
          </li>
        ))}
      </ul>
      {room.room_type !== 'direct' && <Inviting room={room} members={members} />}
      {room.room_type !== 'direct' && <button onClick={leave}>Leave the room</button>}
    </Dialog>
  );
}

/** A notification to one person: shown at once where it is online, kept where it is not. */
export function Nudge({ member }: { member: Member }) {
  const { client, user } = useSession();
  const nudge = async (): Promise<void> => {
    const websocket = { title: `${user.display_name} nudges you`, body: 'Come and have a look.' };
    const body = { recipients: [{ user_id: member.user_id }], channels: { websocket } };
    if (await attempt(client.api.POST('/api/v1/notifications', { body }))) say(`${nameOf(member)} is nudged`);
  };
  if (member.user_id === user.user_id) return null;
  return <IconButton icon="bell" label={`Nudge ${nameOf(member)}`} onClick={() => void nudge()} />;
}

function Inviting({ room, members }: { room: Room; members: Member[] }) {
  const { client } = useSession();
  const [link, setLink] = useState('');
  const people = usePeople().filter((one) => !members.some(({ user_id }) => user_id === one.user_id));
  const params = { path: { room_id: room.id } };
  const makeLink = async (): Promise<void> => {
    const body = { kind: 'link' as const };
    const made = await attempt(client.api.POST('/api/v1/rooms/{room_id}/invites', { params, body }));
    if (made) setLink(`${location.origin}/chat/invite/${made.data.code}`);
  };
  const invite = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const body = { kind: 'user' as const, user_id: String(new FormData(event.currentTarget).get('user_id')) };
    if (await attempt(client.api.POST('/api/v1/rooms/{room_id}/invites', { params, body }))) say('Invited');
  };
  return (
    <>
      <h3>Invite</h3>
      {people.length > 0 && (
        <form className="row" onSubmit={(event) => void invite(event)}>
          <select name="user_id" aria-label="Whom to invite" className="grow">
            {people.map((member) => (
              <option key={member.user_id} value={member.user_id}>
                {nameOf(member)}
              </option>
            ))}
          </select>
          <button className="primary">Invite</button>
        </form>
      )}
      {link && <input readOnly value={link} aria-label="Invitation link" onFocus={({ target }) => target.select()} />}
      {!link && <button onClick={() => void makeLink()}>Make an invitation link</button>}
    </>
  );
}

type DeleteDialogProps = { room: ChatRoom; message: ChatMessage; onClose: () => void };

export function DeleteDialog({ room, message, onClose }: DeleteDialogProps) {
  const { user } = useSession();
  const remove = (whose: 'all' | 'me'): void => void attempt(room.delete(message.id, { for: whose })).then(onClose);
  return (
    <Dialog title="Delete this message?" onClose={onClose}>
      <blockquote dir="auto">{message.content ?? 'A file'}</blockquote>
      {message.sender_id === user.user_id && (
        <button className="danger" onClick={() => remove('all')}>
          Delete for everybody
        </button>
      )}{' '}
      <button onClick={() => remove('me')}>Delete for me</button>
    </Dialog>
  );
}
