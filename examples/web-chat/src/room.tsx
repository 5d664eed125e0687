import { useMessages, useRooms, useThread } from '@chatapi/sdk/react';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { ChatMessage, ChatRoom, RoomState } from '@chatapi/sdk';
import { Composer, type ComposerProps } from './composer';
import { DeleteDialog, Nudge, PinsDialog, RoomDialog } from './dialogs';
import { MessageList, type ListProps } from './message-list';
import { nameOf, partnerOf, titleOf, usePresenceOf } from './people';
import { go, usePlace } from './place';
import { attempt, count, IconButton, useSession } from './ui';

export function RoomPane({ roomId }: { roomId: string }) {
  const { client, user } = useSession();
  const room = client.room(roomId);
  const state = useMessages(roomId);
  const { messages, members, me, loading, has_older, has_newer, error } = state;
  const [target, jump] = useJumps(room, state.room !== null);
  const unread = useUnreadAtFirst(state);
  const seen = useSeen(state, user.user_id);
  const alone = members.length > 1 ? '' : ' You are alone: invite somebody by the button above.';
  const name = state.room?.name ?? 'this conversation';
  const empty = `Nobody has written here yet.${alone}`;
  const words = { label: `Messages in ${name}`, prompt: `Message ${name}`, empty };
  return (
    <section className="pane room" aria-label="Conversation">
      <RoomHeader roomId={roomId} state={state} />
      {unread && !unread.isShown && target?.seq !== unread.from && (
        <button className="banner" onClick={() => jump(unread.from)}>
          Jump to the first of {count(unread.count, 'unread message')}
        </button>
      )}
      {state.room && (messages.length > 0 || !loading) ? (
        <Conversation
          {...{ room, messages, members, has_older, has_newer, target, seen, closed: closedBy(state) }}
          {...words}
          mayPin={me !== null && me.role !== 'member'}
          unreadFrom={unread?.from}
        />
      ) : (
        <p className="empty">{error ? `This room cannot be shown: ${error.message}` : 'Loading …'}</p>
      )}
      <Typing state={state} />
    </section>
  );
}

/** Beside the room, on a phone in its place: a message and what was replied to it. */
export function ThreadPane({ roomId, messageId }: { roomId: string; messageId: string }) {
  const { client } = useSession();
  const room = client.room(roomId);
  const thread = room.thread(messageId);
  const { parent, messages, has_older, error } = useThread(roomId, messageId);
  const state = useMessages(roomId);
  const close = (): void => go({ room: roomId });
  useEffect(() => () => thread.close(), [thread]);
  return (
    <section className="pane" aria-label="Thread">
      <header>
        <h2 className="grow">Thread</h2>
        <IconButton icon="close" label="Close the thread" onClick={close} autoFocus />
      </header>
      {parent && state.room ? (
        <Conversation
          {...{ room, thread, members: state.members, has_older, closed: closedBy(state) }}
          label="Messages of the thread"
          prompt="Reply"
          messages={has_older ? messages : [parent, ...messages]}
          onClose={close}
        />
      ) : (
        <p className="empty">{(error ?? state.error)?.message ?? 'Loading …'}</p>
      )}
    </section>
  );
}

/** Why nobody, or not this user, may write, as far as the room tells: the server has the last word. */
function closedBy({ room, me }: RoomState): string | false {
  if (room?.status === 'archived' || room?.deactivated_reason === 'manual') return 'Nobody can write here any more.';
  if (me?.role !== 'member') return false;
  if (room?.frozen) return 'This room is frozen: only owners and admins can write.';
  return room?.room_type === 'channel' && 'Only owners and admins can write in this channel.';
}

type Written = Pick<ComposerProps, 'members' | 'prompt' | 'closed' | 'onClose'>;
type ConversationProps = Written & Omit<ListProps, 'actions' | 'onEscape'> & { mayPin?: boolean };

/** Messages, and where one writes: of a room, and of a thread. */
function Conversation({ members, prompt, closed, mayPin = false, onClose, ...list }: ConversationProps) {
  const { room, thread } = list;
  const { user } = useSession();
  const [editing, setEditing] = useState<ChatMessage>();
  const [deleting, setDeleting] = useState<ChatMessage>();
  const field = useRef<HTMLTextAreaElement>(null);
  const actions = useMemo(
    () => ({ room, isThread: !!thread, mayPin, edit: setEditing, remove: setDeleting }),
    [room, thread, mayPin],
  );
  const isMine = (one: ChatMessage) => one.sender_id === user.user_id && one.status === 'sent' && !one.deleted_at;
  const last = list.messages.findLast(isMine);
  return (
    <>
      <MessageList {...list} actions={actions} onEscape={() => field.current?.focus()} />
      <Composer {...{ prompt, closed, room, thread, field, members, editing, setEditing, last, onClose }} />
      {deleting && <DeleteDialog room={room} message={deleting} onClose={() => setDeleting(undefined)} />}
    </>
  );
}

/** A place that is to be shown: by the address, or by a click. */
function useJumps(room: ChatRoom, isThere: boolean): [{ seq: number } | undefined, (seq: number) => void] {
  const { at } = usePlace();
  const [target, setTarget] = useState<{ seq: number }>();
  const jump = (seq: number): void => void attempt(room.jumpTo(seq)).then(() => setTarget({ seq }));
  useEffect(() => {
    if (at && isThere) jump(at);
  }, [room, at, isThere]);
  return [target, jump];
}

/** What was unread when the room was opened: reading it moves the marker, and the line stays where it was. */
function useUnreadAtFirst({ me, unread, messages }: RoomState) {
  const first = useRef<{ from: number; count: number; isShown: boolean }>(undefined);
  if (me) first.current ??= { from: me.last_read_seq + 1, count: unread, isShown: false };
  if (!first.current?.count) return undefined;
  const { from } = first.current;
  first.current.isShown ||= messages.some(({ seq }) => seq === from);
  return first.current;
}

/** By place: who of the others has read up to there. */
function useSeen({ messages, receipts, members }: RoomState, me: string): ReadonlyMap<number, string> {
  const seen = new Map<number, string>();
  for (const member of members.filter(({ user_id }) => user_id !== me)) {
    const { read_seq = 0 } = receipts.get(member.user_id) ?? {};
    // The last of the others: that one has read the own ones goes without saying.
    const last = messages.findLast(({ seq, sender_id }) => seq <= read_seq && sender_id !== member.user_id);
    if (last) seen.set(last.seq, [seen.get(last.seq) ?? [], nameOf(member)].flat().join(', '));
  }
  return seen;
}

function RoomHeader({ roomId, state: { room, members } }: { roomId: string; state: RoomState }) {
  const { user } = useSession();
  const [open, setOpen] = useState<'people' | 'pins'>();
  const dialog = room && { room, members, onClose: () => setOpen(undefined) };
  const summary = useRooms().find((one) => one.room.id === roomId);
  const partner = summary && partnerOf(summary, user.user_id);
  const presence = usePresenceOf(members.map(({ user_id }) => user_id));
  const online = members.filter(({ user_id }) => presence(user_id) !== 'offline').length;
  const crowd = `${count(room?.member_count ?? members.length, 'member')}, ${online} online`;
  return (
    <header>
      <IconButton icon="back" label="Back to all rooms" onClick={() => go({})} />
      <div className="grow">
        <h2 dir="auto">{summary ? titleOf(summary, user.user_id) : (room?.name ?? 'Room')}</h2>
        <p className="muted">{partner ? presence(partner.user_id) : room && crowd}</p>
      </div>
      {partner && <Nudge member={partner} />}
      {room && <IconButton icon="pin" label="Pinned messages" onClick={() => setOpen('pins')} />}
      {room && <IconButton icon="people" label="Members and invitations" onClick={() => setOpen('people')} />}
      {open === 'people' && dialog && <RoomDialog {...dialog} />}
      {open === 'pins' && dialog && <PinsDialog {...dialog} />}
    </header>
  );
}

function Typing({ state: { typing, members } }: { state: RoomState }) {
  const names = typing.map((id) => members.find(({ user_id }) => user_id === id)?.display_name ?? id);
  const who = names.length > 2 ? `${names.length} people` : names.join(' and ');
  return (
    <p className="typing" role="status">
      {names.length > 0 && `${who} ${names.length === 1 ? 'is' : 'are'} typing …`}
    </p>
  );
}
