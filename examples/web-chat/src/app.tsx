import { ChatProvider, useRooms, useUnread } from '@chatapi/sdk/react';
import { startTransition, useActionState, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { LineBanner } from './line';
import { titleOf } from './people';
import { enterRoom, go, usePlace } from './place';
import { RoomPane, ThreadPane } from './room';
import { enter, keptName, type Session } from './session';
import { Sidebar } from './sidebar';
import { Dialog, Icon, Notices, say, SessionContext, useSession } from './ui';
import './style.css';

function App() {
  const [session, setSession] = useState<Session | null>(null);
  if (!session) return <Login onEnter={setSession} />;
  return (
    <ChatProvider client={session.client}>
      <SessionContext value={session}>
        <Chat onLeave={() => setSession(null)} />
      </SessionContext>
    </ChatProvider>
  );
}

function Login({ onEnter }: { onEnter: (session: Session) => void }) {
  const [name, setName] = useState(keptName() ?? '');
  const getIn = () =>
    enter(name).then(
      (session) => (onEnter(session), ''),
      (error: Error) => error.message,
    );
  const [fault, submit, isBusy] = useActionState(getIn, '');
  useEffect(() => void (name && startTransition(submit)), []);
  const field = { id: 'name', autoComplete: 'nickname', maxLength: 60, dir: 'auto' };
  return (
    <main className="login">
      <form className="card" action={submit}>
        <Icon name="send" />
        <h1>ChatAPI</h1>
        <p className="muted">Pick a name and you are in. Open a second window, and talk to yourself.</p>
        <label htmlFor="name">Your name</label>
        <input {...field} value={name} onChange={({ target }) => setName(target.value)} autoFocus required />
        <p role="alert">{fault}</p>
        <button className="primary" disabled={isBusy}>
          {isBusy ? 'Getting in …' : 'Get in'}
        </button>
      </form>
    </main>
  );
}

function Chat({ onLeave }: { onLeave: () => void }) {
  const { client, user, welcome } = useSession();
  const { room, thread, invite } = usePlace();
  const { total_unread } = useUnread();
  const summary = useRooms().find((one) => one.room.id === room);
  const place = summary ? `${titleOf(summary, user.user_id)} – ChatAPI` : 'ChatAPI';
  const title = total_unread ? `(${total_unread}) ${place}` : place;
  useEffect(() => ((document.title = title), () => void (document.title = 'ChatAPI')), [title]);
  useEffect(() => {
    // On a phone the list is the first thing to see; elsewhere there is room for both.
    if (!room && !invite && matchMedia('(min-width: 721px)').matches) go({ room: welcome });
  }, []);
  useEffect(() => client.on('notification.created', ({ data }) => say(data.title ?? '', data.body ?? '')), [client]);
  return (
    <main className={`app ${room ? 'in-room' : ''} ${thread ? 'in-thread' : ''}`}>
      <h1 className="spoken">Chat</h1>
      <LineBanner />
      <Sidebar current={room} onLeave={onLeave} />
      {room && <RoomPane key={room} roomId={room} />}
      {!room && <p className="pane empty">Choose a conversation, or begin one.</p>}
      {room && thread && <ThreadPane key={thread} roomId={room} messageId={thread} />}
      {invite && <Invited code={invite} />}
      <Notices />
    </main>
  );
}

function Invited({ code }: { code: string }) {
  const { client } = useSession();
  return (
    <Dialog title="You are invited" onClose={() => go({})}>
      <p>Somebody sent you a link to a room. Do you want to join it?</p>
      <button className="primary" onClick={() => void enterRoom(client.acceptInvite({ code }))}>
        Join the room
      </button>
    </Dialog>
  );
}

createRoot(document.getElementById('root')!).render(<App />);
