import { useState } from 'react';
import type { ChatMessage, ChatRoom, Member, Room } from '@chatapi/sdk';
import { FoundMessages, textOf } from './message';
import { nameOf, usePeople, usePresenceOf } from './people';
import { enterRoom, go } from './place';
import { attempt, Avatar, count, Dialog, IconButton, Item, say, Search, useFound, useSession } from './ui';

/** A direct message, a public room, or a room of one's own, to which one invites. */
export function NewDialog({ onClose }: { onClose: () => void }) {
  const { client } = useSession();
  const [query, setQuery] = useState('');
  const people = usePeople().filter((one) => nameOf(one).toLowerCase().includes(query.toLowerCase()));
  const rooms = useFound(query.trim(), async (words, signal) => {
    const params = { query: words ? { q: words } : {} };
    const { data } = await client.api.GET('/api/v1/rooms/directory', { params, signal });
    return data.data.filter(({ joined }) => !joined);
  });
  const presence = usePresenceOf(people.map(({ user_id }) => user_id));
  const enter = (entering: Promise<Room | Member>): void => void enterRoom(entering).then(onClose);
  const make = (form: FormData): void =>
    enter(client.createRoom({ room_type: 'group', name: String(form.get('name')) }));
  return (
    <Dialog title="New conversation" onClose={onClose}>
      <Search label="Find people and public rooms" words={query} onWords={setQuery} />
      <ul>
        {people.map((member) => {
          const { user_id } = member;
          const props = { of: user_id, title: nameOf(member), state: presence(user_id) };
          return <Item key={user_id} {...props} onClick={() => enter(client.directRoom(user_id))} />;
        })}
        {rooms?.map(({ id, name, member_count }) => {
          const props = { of: id, title: name ?? '', about: `Public room, ${count(member_count, 'member')}` };
          return <Item key={id} {...props} onClick={() => enter(client.joinRoom(id))} />;
        })}
      </ul>
      {people.length === 0 && rooms?.length === 0 && (
        <p className="muted">{query ? 'There is none of this name.' : 'Nobody is here yet: open a second window.'}</p>
      )}
      <h3>Make a room</h3>
      <form className="row" action={make}>
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

/** What a room keeps in view. */
export function PinsDialog({ room, onClose }: { room: Room; onClose: () => void }) {
  const { client } = useSession();
  const pins = useFound(room.id, async (room_id, signal) => {
    const { data } = await client.api.GET('/api/v1/rooms/{room_id}/pins', { params: { path: { room_id } }, signal });
    return data.data;
  });
  return (
    <Dialog title="Pinned messages" onClose={onClose}>
      {pins?.length === 0 && <p className="muted">None yet. Owners and admins pin a message by the pin beside it.</p>}
      <FoundMessages messages={pins} onChoose={onClose} />
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
  const make = (body: { kind: 'link' } | { kind: 'user'; user_id: string }) =>
    attempt(client.api.POST('/api/v1/rooms/{room_id}/invites', { params, body }));
  const makeLink = async (): Promise<void> => {
    const made = await make({ kind: 'link' });
    if (made) setLink(`${location.origin}/chat/invite/${made.data.code}`);
  };
  const invite = async (user_id: string): Promise<void> =>
    void ((await make({ kind: 'user', user_id })) && say('Invited'));
  return (
    <>
      <h3>Invite</h3>
      <ul>
        {people.map((member) => {
          const props = { of: member.user_id, title: nameOf(member), about: 'Invite' };
          return <Item key={member.user_id} {...props} onClick={() => void invite(member.user_id)} />;
        })}
      </ul>
      {link && <input readOnly value={link} aria-label="Invitation link" onFocus={({ target }) => target.select()} />}
      {!link && <button onClick={() => void makeLink()}>Make an invitation link</button>}
    </>
  );
}

type DeleteProps = { room: ChatRoom; message: ChatMessage; onClose: () => void };
export function DeleteDialog({ room, message, onClose }: DeleteProps) {
  const { user } = useSession();
  const remove = (whose: 'all' | 'me'): void => void attempt(room.delete(message.id, { for: whose })).then(onClose);
  return (
    <Dialog title="Delete this message?" onClose={onClose}>
      <blockquote dir="auto">{textOf(message)}</blockquote>
      {message.sender_id === user.user_id && (
        <button className="danger" onClick={() => remove('all')}>
          Delete for everybody
        </button>
      )}{' '}
      <button onClick={() => remove('me')}>Delete for me</button>
    </Dialog>
  );
}
