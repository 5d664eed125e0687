import { memo, type KeyboardEvent, type ReactNode } from 'react';
import type { ChatMessage, ChatRoom, Message } from '@chatapi/sdk';
import { go } from './place';
import { attempt, Avatar, count, Icon, IconButton, Item, Time, timeOf, useSession } from './ui';

/** What can be done with a message. The same object as long as the room is. */
export interface MessageActions {
  room: ChatRoom;
  isThread: boolean;
  mayPin: boolean;
  edit: (message: ChatMessage) => void;
  remove: (message: ChatMessage) => void;
}

interface RowProps {
  rowKey: string;
  message: ChatMessage;
  actions: MessageActions;
  isFollowing: boolean;
  isChosen: boolean;
  seenBy: string | undefined;
}

/** What it says, in one line. */
export const textOf = ({ hidden, deleted_at, content, attachments }: Partial<ChatMessage>): string => {
  if (hidden || deleted_at) return hidden ? 'Hidden for you' : 'Message deleted';
  return content ?? attachments?.[0]?.name ?? 'No text';
};

/** Each leads to the place where it stands. */
export const FoundMessages = ({ messages, onChoose }: { messages?: Message[] | undefined; onChoose?: () => void }) => (
  <ul>
    {messages?.map((message) => (
      <Item
        key={message.id}
        title={message.sender_display_name ?? message.sender_id ?? 'ChatAPI'}
        about={textOf(message)}
        end={<Time at={message.created_at} />}
        onClick={() => (go({ room: message.room_id, at: message.seq }), onChoose?.())}
      />
    ))}
  </ul>
);

type PartProps = Pick<RowProps, 'message' | 'actions'> & { isOwn: boolean };

const openThread = ({ room_id, thread_id, id }: ChatMessage): void => go({ room: room_id, thread: thread_id ?? id });

export const MessageRow = memo(({ rowKey, message, isFollowing, isChosen, seenBy, actions }: RowProps) => {
  const { user } = useSession();
  const { status, sender_id, created_at, thread_id, reply_count } = message;
  // Before the line was up for the first time, nobody has said who sends what waits.
  const isOwn = sender_id === user.user_id || status !== 'sent';
  const name = message.sender_display_name ?? sender_id ?? (message.hidden ? 'Somebody' : 'ChatAPI');
  const label = [isOwn ? 'You' : name, timeOf(created_at)].filter(Boolean).join(', ');
  const isGone = message.deleted_at !== null || message.hidden === true;
  const parts = { message, isOwn, actions };
  const marks = [message.edited_at && 'edited', message.pinned_at && 'pinned'].filter(Boolean).join(', ');
  const thread = thread_id ? 'in a thread' : reply_count > 0 && count(reply_count, 'reply', 'replies');
  return (
    <article
      className={`message ${status} ${isOwn ? 'own' : ''} ${isFollowing ? 'following' : ''}`}
      {...{ tabIndex: isChosen ? 0 : -1, 'data-key': rowKey, 'aria-label': `${label}: ${textOf(message)}` }}
      onKeyDown={intoToolbar}
    >
      {!isOwn && <Avatar id={sender_id ?? ''} name={name} />}
      <div className="body">
        {!isFollowing && (
          <p>
            {!isOwn && <strong dir="auto">{name}</strong>} <Time at={created_at} />
          </p>
        )}
        <div className="bubble" dir="auto">
          {isGone ? <em>{textOf(message)}</em> : <Content message={message} />}
          {marks && !isGone && <small> ({marks})</small>}
        </div>
        {!isGone && message.reactions.length > 0 && <Reactions {...parts} />}
        {thread && !actions.isThread && (
          <button className="link" onClick={() => openThread(message)}>
            <Icon name="reply" /> {thread}
          </button>
        )}
        {status !== 'sent' && <Unsent {...parts} />}
        {seenBy && <p className="muted">Seen by {seenBy}</p>}
        {status === 'sent' && !isGone && <Toolbar {...parts} />}
      </div>
    </article>
  );
});

/** Enter goes to what can be done with the message, arrows go along it, Escape goes back. */
function intoToolbar(event: KeyboardEvent<HTMLElement>): void {
  const row = event.currentTarget;
  const buttons = [...row.querySelectorAll<HTMLElement>('[role=toolbar] button')];
  const at = buttons.indexOf(document.activeElement as HTMLElement);
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (event.key === 'Enter' && event.target === row) buttons[0]?.focus();
  else if (event.key === 'Escape' && at >= 0) row.focus();
  else if (step && at >= 0) buttons[(at + step + buttons.length) % buttons.length]?.focus();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

const Content = ({ message: { content, attachments, mentions } }: { message: ChatMessage }) => (
  <>
    {content && withMarks(content, mentions.length > 0)}
    {attachments.map(({ name, size, mime_type, url }) => (
      <p key={url} className="row">
        <Icon name="clip" />
        <span className="grow">
          <strong dir="auto">{name}</strong> <small>{`${mime_type}, ${sizeOf(size ?? 0)}`}</small>
        </span>
      </p>
    ))}
  </>
);

export const sizeOf = (bytes: number): string =>
  bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

/** What ends a sentence, and a bracket that was opened before it, are not of an address. */
const MARKED =
  /(https?:\/\/(?:\([^\s<>"()]*\)|[^\s<>"()])*(?:\([^\s<>"()]*\)|[^\s<>"().,:;!?'\]])|(?<!\S)@[\p{L}\p{N}_-]+)/u;

/** Addresses as links, and names after an @ where somebody is mentioned. */
const withMarks = (text: string, hasMentions: boolean): ReactNode[] =>
  text.split(MARKED).map((part, at) => {
    if (at % 2 === 0) return part;
    if (part.startsWith('@')) return hasMentions ? <b key={at}>{part}</b> : part;
    return (
      <a key={at} href={part} target="_blank" rel="noreferrer">
        {part}
      </a>
    );
  });

function Reactions({ message, actions: { room } }: PartProps) {
  const { user } = useSession();
  return (
    <p className="reactions">
      {message.reactions.map(({ key, count: times, user_ids }) => {
        const isOwn = message.me?.reactions.includes(key) ?? user_ids.includes(user.user_id);
        const label = `${key}, ${count(times, 'reaction')}`;
        const toggle = () => attempt(isOwn ? room.unreact(message.id, key) : room.react(message.id, key));
        return (
          <button key={key} aria-pressed={isOwn} aria-label={label} onClick={() => void toggle()}>
            {key} {times}
          </button>
        );
      })}
    </p>
  );
}

const Unsent = ({ message, actions: { room } }: PartProps) =>
  message.status === 'sending' ? (
    <p className="muted">Sending …</p>
  ) : (
    <p role="alert">
      Not sent: {message.error?.message} <button onClick={() => room.retry(message.client_msg_id!)}>Retry</button>{' '}
      <button onClick={() => room.discard(message.client_msg_id!)}>Discard</button>
    </p>
  );

const REACTIONS = { '❤️': 'Heart', '😂': 'Laughing', '😮': 'Surprised', '✔️': 'Agreed' };

function Toolbar({ message, isOwn, actions: { room, isThread, mayPin, edit, remove } }: PartProps) {
  const { id, pinned_at } = message;
  const turnPin = (): void => void attempt<unknown>(pinned_at ? room.unpin(id) : room.pin(id));
  return (
    <div role="toolbar" aria-label="Message actions">
      {Object.entries(REACTIONS).map(([key, label]) => (
        <IconButton key={key} label={label} onClick={() => void attempt(room.react(id, key))}>
          {key}
        </IconButton>
      ))}
      {!isThread && <IconButton icon="reply" label="Reply in thread" onClick={() => openThread(message)} />}
      {mayPin && <IconButton icon="pin" label={pinned_at ? 'Unpin' : 'Pin'} onClick={turnPin} />}
      {isOwn && <IconButton icon="edit" label="Edit" onClick={() => edit(message)} />}
      <IconButton icon="trash" label="Delete" onClick={() => remove(message)} />
    </div>
  );
}
