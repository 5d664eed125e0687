import { useMemo } from 'react';
import { Conversation } from './conversation';
import { go } from './place';
import { useOpen } from './room';
import { IconButton, useSession, useStore } from './ui';

/** Beside the room, on a phone in its place: a message and what was replied to it. */
export function ThreadPane({ roomId, messageId }: { roomId: string; messageId: string }) {
  const { client } = useSession();
  const room = client.room(roomId);
  const thread = useMemo(() => room.thread(messageId), [room, messageId]);
  const { parent, messages, has_older, error } = useStore(thread.state);
  const { members } = useStore(room.state);
  const close = (): void => go({ room: roomId });
  useOpen(thread);
  return (
    <aside className="pane thread" aria-label="Thread">
      <header>
        <h2 className="grow">Thread</h2>
        <IconButton icon="close" label="Close the thread" onClick={close} autoFocus />
      </header>
      {parent ? (
        <Conversation
          room={room}
          label="Messages of the thread"
          prompt="Reply"
          messages={has_older ? messages : [parent, ...messages]}
          members={members}
          loadOlder={has_older ? () => thread.loadOlder() : undefined}
          send={(body) => thread.send(body)}
          onClose={close}
        />
      ) : (
        <p className="empty">{error?.message ?? 'Loading …'}</p>
      )}
    </aside>
  );
}
