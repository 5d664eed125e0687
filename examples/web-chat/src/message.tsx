import { memo, type KeyboardEvent, type ReactNode } from 'react';
import type { ChatMessage } from '@chatapi/sdk';
import { Avatar, count, Icon, IconButton, timeOf, useSession } from './ui';

/** What can be done with a message. The same object as long as the room is. */
export interface MessageActions {
  /** Left out where the thread is open already. */
  openThread?: ((message: ChatMessage) => void) | undefined;
  react: (message: ChatMessage, key: string, on: boolean) => void;
  edit: (message: ChatMessage) => void;
  remove: (message: ChatMessage) => void;
  retry: (message: ChatMessage) => void;
  discard: (message: ChatMessage) => void;
}

interface RowProps {
  rowKey: string;
  message: ChatMessage;
  actions: MessageActions;
  /** The one before is of the same sender and minute: the name is not said again. */
  isFollowing: boolean;
  isChosen: boolean;
  seenBy: string[] | undefined;
}

type PartProps = Pick<RowProps, 'message' | 'actions'> & { isOwn: boolean };

export const MessageRow = memo(({ rowKey, message, isFollowing, isChosen, seenBy, actions }: RowProps) => {
  const { user } = useSession();
  const { status, sender_id, created_at, thread_id, reply_count } = message;
  const isOwn = sender_id === user.user_id;
  const name = message.sender_display_name ?? sender_id ?? 'ChatAPI';
  const isGone = message.deleted_at !== null || message.hidden === true;
  const parts = { message, isOwn, actions };
  const thread = thread_id
    ? 'in a thread'
    : reply_count > 0 && (reply_count > 1 ? `${reply_count} replies` : '1 reply');
  return (
    <article
      className={`message ${status} ${isOwn ? 'own' : ''} ${isFollowing ? 'following' : ''}`}
      tabIndex={isChosen ? 0 : -1}
      data-key={rowKey}
      aria-label={`${isOwn ? 'You' : name}, ${timeOf(created_at)}`}
      onKeyDown={intoToolbar}
    >
      {!isOwn && <Avatar id={sender_id ?? ''} name={name} />}
      <div className="body">
        <p className="by">
          {!isOwn && <strong dir="auto">{name}</strong>} <time dateTime={created_at}>{timeOf(created_at)}</time>
        </p>
        <div className="bubble" dir="auto">
          {isGone ? <em>{message.hidden ? 'Hidden for you' : 'Message deleted'}</em> : <Content message={message} />}
          {message.edited_at && !isGone && <small> (edited)</small>}
        </div>
        {!isGone && message.reactions.length > 0 && <Reactions {...parts} />}
        {thread && actions.openThread && (
          <button className="link" onClick={() => actions.openThread?.(message)}>
            <Icon name="reply" /> {thread}
          </button>
        )}
        {isOwn && status !== 'sent' && <Unsent {...parts} />}
        {seenBy && <p className="muted">Seen by {seenBy.join(', ')}</p>}
      </div>
      {status === 'sent' && !isGone && <Toolbar {...parts} />}
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
        <Icon name="clip" /> <strong>{name}</strong> <small>{`${mime_type}, ${sizeOf(size ?? 0)}`}</small>
      </p>
    ))}
  </>
);

export const sizeOf = (bytes: number): string =>
  bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

/** Addresses as links, and names after an @ where somebody is mentioned. */
const withMarks = (text: string, hasMentions: boolean): ReactNode[] =>
  text.split(/(https?:\/\/[^\s<>"]+|@[\p{L}\p{N}_-]+)/u).map((part, at) => {
    if (at % 2 === 0) return part;
    if (part.startsWith('@')) return hasMentions ? <b key={at}>{part}</b> : part;
    return (
      <a key={at} href={part} target="_blank" rel="noreferrer">
        {part}
      </a>
    );
  });

function Reactions({ message, actions }: PartProps) {
  const { user } = useSession();
  return (
    <p className="reactions">
      {message.reactions.map(({ key, count: times, user_ids }) => {
        const isOwn = message.me?.reactions.includes(key) ?? user_ids.includes(user.user_id);
        const label = `${key}, ${count(times, 'reaction')}`;
        return (
          <button key={key} aria-pressed={isOwn} aria-label={label} onClick={() => actions.react(message, key, !isOwn)}>
            {key} {times}
          </button>
        );
      })}
    </p>
  );
}

const Unsent = ({ message, actions }: PartProps) =>
  message.status === 'sending' ? (
    <p className="muted">Sending …</p>
  ) : (
    <p role="alert">
      Not sent: {message.error?.message} <button onClick={() => actions.retry(message)}>Retry</button>{' '}
      <button onClick={() => actions.discard(message)}>Discard</button>
    </p>
  );

const REACTIONS = { '❤️': 'Heart', '😂': 'Laughing', '😮': 'Surprised', '✔️': 'Agreed' };

const Toolbar = ({ message, isOwn, actions: { react, openThread, edit, remove } }: PartProps) => (
  <div role="toolbar" aria-label="Message actions">
    {Object.entries(REACTIONS).map(([key, label]) => (
      <button key={key} className="icon-button" aria-label={label} onClick={() => react(message, key, true)}>
        {key}
      </button>
    ))}
    {openThread && <IconButton icon="reply" label="Reply in thread" onClick={() => openThread(message)} />}
    {isOwn && <IconButton icon="edit" label="Edit" onClick={() => edit(message)} />}
    <IconButton icon="trash" label="Delete" onClick={() => remove(message)} />
  </div>
);
