import { useConnection, useInvites, usePresence, useRooms } from '@chatapi/sdk/react';
import { useState } from 'react';
import type { OwnPresence, RoomSummary } from '@chatapi/sdk';
import { NewDialog } from './dialogs';
import { LineSwitch } from './line';
import { FoundMessages, textOf } from './message';
import { partnerOf, titleOf, usePresenceOf } from './people';
import { enterRoom, go } from './place';
import { leave } from './session';
import { attempt, Avatar, count, IconButton, Item, Search, Time, useFound, useSession } from './ui';

export function Sidebar({ current, onLeave }: { current: string | undefined; onLeave: () => void }) {
  const session = useSession();
  const { client, user } = session;
  const [query, setQuery] = useState('');
  const [isMaking, setMaking] = useState(false);
  const isOn = useConnection().status === 'online';
  const seen = usePresence([user.user_id]).get(user.user_id)?.state ?? 'online';
  const presence = !isOn ? 'offline' : seen === 'offline' ? 'invisible' : seen;
  const be = (state: string): void => void attempt(client.setPresence(state as OwnPresence['state']));
  return (
    <section className="sidebar" aria-label="Conversations">
      <header>
        <Avatar id={user.user_id} name={user.display_name} state={presence} />
        <div className="grow">
          <strong dir="auto">{user.display_name}</strong>
          <select aria-label="Your presence" value={presence} onChange={({ target }) => be(target.value)}>
            <option value="online">Online</option>
            <option value="away">Away</option>
            <option value="dnd">Do not disturb</option>
            <option value="invisible">Invisible</option>
            <option value="offline" label="Offline" hidden />
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
  const partners = rooms.map((summary) => partnerOf(summary, user.user_id)?.user_id);
  const presence = usePresenceOf(partners.filter((id) => id !== undefined));
  return (
    <nav aria-label="Rooms" className="list">
      <Invites />
      <ul>
        {rooms.map((summary, at) => {
          const { id, description } = summary.room;
          const last = summary.last_message;
          return (
            <Item
              key={id}
              of={partners[at] ?? id}
              state={partners[at] && presence(partners[at])}
              title={titleOf(summary, user.user_id)}
              about={last ? textOf(last) : (description ?? 'No messages yet')}
              end={<Marks summary={summary} />}
              aria-current={id === current ? 'page' : undefined}
              onClick={() => go({ room: id })}
            />
          );
        })}
      </ul>
    </nav>
  );
}

const Marks = ({ summary: { last_message: last, unread, mentions } }: { summary: RoomSummary }) => (
  <>
    {last && <Time at={last.created_at} />}
    <span>
      {mentions > 0 && <b className="badge">@{mentions}</b>} {unread > 0 && <b className="badge">{unread} new</b>}
    </span>
  </>
);

function Invites() {
  const { client } = useSession();
  return useInvites().map(({ id, room, invited_by }) => (
    <div key={id} className="card row" role="group" aria-label="Invitation">
      <p className="grow">
        {invited_by ?? 'Somebody'} invites you to <strong>{room?.name ?? 'a room'}</strong>
      </p>
      <button className="primary" onClick={() => void enterRoom(client.acceptInvite(id))}>
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
      <FoundMessages messages={hits?.map(({ message }) => message)} />
    </nav>
  );
}
