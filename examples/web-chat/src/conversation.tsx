import { useMemo, useRef, useState } from 'react';
import type { ChatMessage, ChatRoom, Member, OutgoingBody } from '@chatapi/sdk';
import { Composer } from './composer';
import { DeleteDialog } from './dialogs';
import { MessageList, type ListProps } from './message-list';
import { attempt, useSession } from './ui';

interface ConversationProps extends Omit<ListProps, 'actions' | 'onEscape'> {
  room: ChatRoom;
  members: Member[];
  prompt: string;
  send: (body: OutgoingBody) => { sent: Promise<unknown> };
  onTyping?: (on: boolean) => void;
  openThread?: (message: ChatMessage) => void;
  /** Escape, where nothing else is to be left. */
  onClose?: () => void;
}

/** Messages, and where one writes: of a room, and of a thread. */
export function Conversation(props: ConversationProps) {
  const { room, members, prompt, send, onTyping, openThread, onClose, ...list } = props;
  const { user } = useSession();
  const [editing, setEditing] = useState<ChatMessage>();
  const [deleting, setDeleting] = useState<ChatMessage>();
  const field = useRef<HTMLTextAreaElement>(null);
  const actions = useMemo(
    () => ({
      openThread,
      edit: setEditing,
      remove: setDeleting,
      react: ({ id }: ChatMessage, key: string, on: boolean) =>
        void attempt(on ? room.react(id, key) : room.unreact(id, key)),
      retry: ({ client_msg_id }: ChatMessage) => room.retry(client_msg_id!),
      discard: ({ client_msg_id }: ChatMessage) => room.discard(client_msg_id!),
    }),
    [room, openThread],
  );
  const edited = async (message: ChatMessage, content: string): Promise<void> => {
    if (await attempt(room.edit(message.id, { content }))) setEditing(undefined);
  };
  const mine = list.messages.filter(
    (one) => one.sender_id === user.user_id && one.status === 'sent' && !one.deleted_at,
  );
  return (
    <>
      <MessageList {...list} actions={actions} onEscape={() => field.current?.focus()} />
      <Composer
        prompt={prompt}
        field={field}
        members={members}
        editing={editing}
        // A failure is shown where the message stands.
        send={(body) => void send(body).sent.catch(() => {})}
        onEdited={(message, content) => void edited(message, content)}
        onCancel={() => (editing ? setEditing(undefined) : onClose?.())}
        onEditLast={() => setEditing(mine.at(-1))}
        onTyping={onTyping}
      />
      {deleting && <DeleteDialog room={room} message={deleting} onClose={() => setDeleting(undefined)} />}
    </>
  );
}
