import { useInvites, useRooms } from '@chatapi/sdk/react';
import { useEffect, useState } from 'react';
import type { OwnPresence, RoomSummary, SearchHit } from '@chatapi/sdk';
import { NewDialog } from './dialogs';
import { LineSwitch } from './line';
import { partnerOf, titleOf, usePresenceOf } from './people';
import { go } from './place';
import { leave } from './session';
import { attempt, Avatar, count, IconButton, Item, timeOf, useSession } from './ui';

const STATES = { online: 'Online', away: 'Away', dnd: 'Do not disturb', invisible: 'Invisible' };

export function Sidebar({ current, onLeave }: { current: string | undefined; onLeave: () => void }) {
  const session = useSession();
  const { client, user } = session;
  const [query, setQuery] = useState('');
  const [isMaking, setMaking] = useState(false);
  const presence = usePresenceOf([user.user_id]);
  const be = (state: string): void => void attempt(client.setPresence(state as OwnPresence['state']));
  return (
    <section className="sidebar" aria-label="Conversations">
      <header>
        <Avatar id={user.user_id} name={user.display_name} state={presence(user.user_id)} />
        <div className="grow">
          <strong dir="auto">{user.display_name}</strong>
          <select aria-label="Your presence" onChange={({ target }) => be(target.value)}>
            {Object.entries(STATES).map(([state, label]) => (
              <option key={state} value={state}>
                {label}
              </option>
            ))}
          </select>
        </div>
        <IconButton icon="plus" label="New conversation" onClick={() => setMaking(true)} />
      </header>
      <input
        type="search"
        placeholder="Search messages"
        aria-label="Search messages"
        value={query}
        onChange={({ target }) => setQuery(target.value)}
        onKeyDown={({ key }) => key === 'Escape' && setQuery('')}
        dir="auto"
      />
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
          const { id } = summary.room;
          const title = titleOf(summary, user.user_id);
          const state = partners[at] ? presence(partners[at]) : undefined;
          const avatar = <Avatar id={partners[at] ?? id} name={title} state={state} />;
          const end = <Marks summary={summary} />;
          const props = { avatar, title, end, about: aboutOf(summary), onClick: () => go({ room: id }) };
          return <Item key={id} aria-current={id === current ? 'page' : undefined} {...props} />;
        })}
      </ul>
    </nav>
  );
}

function aboutOf({ room, last_message: last }: RoomSummary): string {
  if (last?.deleted_at) return 'Message deleted';
  return last?.content ?? last?.attachments[0]?.name ?? room.description ?? 'No messages yet';
}

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

const WAIT_FOR_MORE_LETTERS_MS = 200;
const MOST_HITS = 30;
function Hits({ query }: { query: string }) {
  const { client } = useSession();
  const [hits, setHits] = useState<SearchHit[]>();
  useEffect(() => {
    const ending = new AbortController();
    const search = async (): Promise<void> => {
      const found: SearchHit[] = [];
      for await (const hit of client.search(query, { signal: ending.signal })) if (found.push(hit) >= MOST_HITS) break;
      setHits(found);
    };
    const timer = setTimeout(() => void search().catch(() => {}), WAIT_FOR_MORE_LETTERS_MS);
    return () => (clearTimeout(timer), ending.abort());
  }, [client, query]);
  return (
    <nav aria-label="Search results" className="list">
      <p role="status" className="muted">
        {hits ? `${count(hits.length, 'message')} found` : 'Searching …'}
      </p>
      <ul>
        {hits?.map(({ message, room_id }) => (
          <Item
            key={message.id}
            title={message.sender_display_name ?? message.sender_id}
            about={message.content}
            end={<time dateTime={message.created_at}>{timeOf(message.created_at)}</time>}
            onClick={() => go({ room: room_id, at: message.seq })}
          />
        ))}
      </ul>
    </nav>
  );
}
