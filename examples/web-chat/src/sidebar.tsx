import { useConnection, useInvites, usePresence, useRooms } from '@chatapi/sdk/react';
import { useState } from 'react';
import type { OwnPresence, RoomSummary } from '@chatapi/sdk';
import { NewDialog } from './dialogs';
import { LineSwitch } from './line';
import { MessageItem, textOf } from './message';
import { partnerOf, titleOf, usePresenceOf } from './people';
import { go } from './place';
import { leave } from './session';
import { attempt, Avatar, count, IconButton, Item, Search, timeOf, useFound, useSession } from './ui';

const STATES = { online: 'Online', away: 'Away', dnd: 'Do not disturb', invisible: 'Invisible' };

export function Sidebar({ current, onLeave }: { current: string | undefined; onLeave: () => void }) {
  const session = useSession();
  const { client, user } = session;
  const [query, setQuery] = useState('');
  const [isMaking, setMaking] = useState(false);
  const presence = usePresence([user.user_id]).get(user.user_id)?.state ?? 'online';
  return (
    <section className="sidebar" aria-label="Conversations">
      <header>
        <Avatar id={user.user_id} name={user.display_name} state={presence} />
        <div className="grow">
          <strong dir="auto">{user.display_name}</strong>
          <select
            aria-label="Your presence"
            value={presence === 'offline' ? 'invisible' : presence}
            onChange={({ target: { value } }) => void attempt(client.setPresence(value as OwnPresence['state']))}
          >
            {Object.entries(STATES).map(([state, label]) => (
              <option key={state} value={state}>
                {label}
              </option>
            ))}
          </select>
        </div>
        <IconButton icon="plus" label="New conversation" onClick={() => setMaking(true)} />
      </header>
      <Search label="Search messages" words={query} onWords={setQuery} />
      {query.trim().length > 1 ? <Hits query={query.trim()} /> : <Rooms current={current} />}
      <footer>
        <LineSwitch />
        <span className="grow" />
        <button onClick={() => void leave(session).then(onLeave)}>Leave</button>
      </footer>
      {isMaking && <NewDialog onClose={() => setMaking(false)} />}
    </section>
  );
}

function Rooms({ current }: { current: string | undefined }) {
  const { user } = useSession();
  const rooms = useRooms();
  const { catching_up, status } = useConnection();
  const partners = rooms.map((summary) => partnerOf(summary, user.user_id)?.user_id);
  const presence = usePresenceOf(partners.filter((id) => id !== undefined));
  return (
    <nav aria-label="Rooms" className="list">
      <Invites />
      {rooms.length === 0 && status === 'online' && !catching_up && (
        <p className="empty">No rooms yet. Begin with the + above: write to somebody, join a room or make one.</p>
      )}
      <ul>
        {rooms.map((summary, at) => {
          const { id } = summary.room;
          const title = titleOf(summary, user.user_id);
          const state = partners[at] ? presence(partners[at]) : undefined;
          const props = {
            of: partners[at] ?? id,
            state,
            title,
            about: aboutOf(summary),
            onClick: () => go({ room: id }),
          };
          const end = <Marks summary={summary} />;
          return <Item key={id} aria-current={id === current ? 'page' : undefined} end={end} {...props} />;
        })}
      </ul>
    </nav>
  );
}

const aboutOf = ({ room, last_message: last }: RoomSummary): string =>
  last ? textOf(last) : (room.description ?? 'No messages yet');

const Marks = ({ summary: { last_message: last, unread, mentions } }: { summary: RoomSummary }) => (
  <>
    {last && <time dateTime={last.created_at}>{timeOf(last.created_at)}</time>}
    <span>
      {mentions > 0 && <b className="badge">@{mentions}</b>} {unread > 0 && <b className="badge">{unread} new</b>}
    </span>
  </>
);

function Invites() {
  const { client } = useSession();
  const accept = async (id: string): Promise<void> => {
    const member = await attempt(client.acceptInvite(id));
    if (member) go({ room: member.room_id });
  };
  return useInvites().map(({ id, room, invited_by }) => (
    <div key={id} className="card row" role="group" aria-label="Invitation">
      <p className="grow">
        {invited_by ?? 'Somebody'} invites you to <strong>{room?.name ?? 'a room'}</strong>
      </p>
      <button className="primary" onClick={() => void accept(id)}>
        Accept
      </button>
      <button onClick={() => void attempt(client.declineInvite(id))}>Decline</button>
    </div>
  ));
}

function Hits({ query }: { query: string }) {
  const { client } = useSession();
  const hits = useFound(query, async (words, signal) => (await client.search(words, { signal }).first()).data);
  return (
    <nav aria-label="Search results" className="list">
      <p role="status" className="muted">
        {hits ? `${count(hits.length, 'message')} found` : 'Searching …'}
      </p>
      <ul>
        {hits?.map(({ message }) => (
          <MessageItem key={message.id} message={message} />
        ))}
      </ul>
    </nav>
  );
}
