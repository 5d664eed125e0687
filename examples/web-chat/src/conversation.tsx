import { useMemo, useRef, useState } from 'react';
import type { ChatMessage, Member } from '@chatapi/sdk';
import { Composer } from './composer';
import { DeleteDialog } from './dialogs';
import { MessageList, type ListProps } from './message-list';
import { useSession } from './ui';

export interface ConversationProps extends Omit<ListProps, 'actions' | 'onEscape'> {
  members: Member[];
  prompt: string;
  mayPin?: boolean;
  /** Escape, where nothing else is to be left. */
  onClose?: () => void;
}

/** Messages, and where one writes: of a room, and of a thread. */
export function Conversation({ members, prompt, mayPin = false, onClose, ...list }: ConversationProps) {
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
      <Composer {...{ prompt, room, thread, field, members, editing, setEditing, last, onClose }} />
      {deleting && <DeleteDialog room={room} message={deleting} onClose={() => setDeleting(undefined)} />}
    </>
  );
}
