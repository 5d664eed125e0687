import { useEffect, useId, useRef, useState, type ChangeEvent, type KeyboardEvent, type RefObject } from 'react';
import type { Attachment, ChatMessage, Member, OutgoingBody } from '@chatapi/sdk';
import { sizeOf } from './message';
import type { ListProps } from './message-list';
import { nameOf } from './people';
import { attempt, count, Icon, IconButton, useSession } from './ui';

export interface ComposerProps extends Pick<ListProps, 'room' | 'thread'> {
  members: Member[];
  prompt: string;
  field: RefObject<HTMLTextAreaElement | null>;
  editing: ChatMessage | undefined;
  setEditing: (message?: ChatMessage) => void;
  last: ChatMessage | undefined;
  /** Why nothing can be written. */
  closed: string | false;
  /** Escape, where nothing else is to be left. */
  onClose?: (() => void) | undefined;
}

const CONTENT_CHARS = 10_000;
const MOST_SUGGESTIONS = 6;
const EVERYBODY = 'room';
/** Who is written @name: names of several words are written without what is between them. */
const handleOf = (member: Member): string => nameOf(member).replace(/[^\p{L}\p{N}_-]+/gu, '');

/** What is begun: by who writes it, and by room or thread. */
const drafts = new Map<string, string>();

export function Composer({ prompt, field, members, editing, setEditing, last, ...props }: ComposerProps) {
  const { room, thread, closed, onClose } = props;
  const { user } = useSession();
  const [text, setText] = useState('');
  const [files, setFiles] = useState<Attachment[]>([]);
  const id = useId();
  const picker = useRef<HTMLInputElement>(null);
  const others = members.filter(({ user_id }) => user_id !== user.user_id);
  const { handles, at, ...suggestions } = useSuggestions(text, field, others);
  const isEmpty = text.trim() === '' && files.length === 0;
  // As ChatAPI counts: an emoji is one.
  const excess = [...text.trim()].length - CONTENT_CHARS;
  const place = `${user.user_id}/${thread?.id ?? room.id}`;

  useEffect(() => {
    setText((editing ? editing.content : drafts.get(place)) ?? '');
    if (editing) field.current?.focus();
  }, [editing, field]);

  const type = (on: boolean): void => (thread ? undefined : room.setTyping(on));
  const cancel = (): void => (editing ? setEditing() : onClose?.());
  const write = (next: string): void => {
    setText(next);
    if (editing) return;
    drafts.set(place, next);
    type(next.trim() !== '');
  };
  const submit = async (): Promise<void> => {
    const content = text.trim();
    if (isEmpty || excess > 0) return;
    if (editing) return void ((await attempt(room.edit(editing.id, { content }))) && setEditing());
    const attached = files.length > 0 && { attachments: files, content_type: 'file' as const };
    // A failure is shown where the message stands.
    (thread ?? room).send({ ...(content && { content }), ...attached, mentions: mentionsIn(content, others) });
    write('');
    setFiles([]);
  };
  const complete = (handle: string): void => (write(suggestions.complete(handle)), field.current?.focus());
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    const picked = suggestions.onKey(event.key);
    if (typeof picked === 'string') complete(picked);
    else if (picked) event.stopPropagation();
    else if (event.key === 'Enter' && !event.shiftKey) void submit();
    else if (event.key === 'Escape') cancel();
    else if (event.key === 'ArrowUp' && text === '') setEditing(last);
    else return;
    event.preventDefault();
  };
  const drop = (file: Attachment): void => setFiles(files.filter((one) => one !== file));
  const onFiles = ({ target }: ChangeEvent<HTMLInputElement>): void => {
    setFiles([...files, ...[...(target.files ?? [])].map(describe)]);
    target.value = '';
  };
  const words = { 'aria-label': prompt, placeholder: prompt, dir: 'auto', 'aria-autocomplete': 'list' } as const;
  const option = (index: number) => ({ id: `${id}-${index}`, role: 'option', 'aria-selected': index === at });
  if (closed) return <p className="composer muted">{closed}</p>;
  return (
    <form className="composer" onSubmit={(event) => (event.preventDefault(), void submit())}>
      {editing && (
        <p className="row muted">
          Changing your message <IconButton icon="close" label="Cancel" onClick={cancel} />
        </p>
      )}
      {handles.length > 0 && (
        <ul role="listbox" id={id} className="card suggestions" aria-label="People to mention" dir="auto">
          {handles.map((handle, index) => (
            <li key={handle} {...option(index)} onPointerDown={(event) => (event.preventDefault(), complete(handle))}>
              @{handle}
            </li>
          ))}
        </ul>
      )}
      {files.map((file) => (
        <p key={file.url} className="row">
          <Icon name="clip" /> <span dir="auto">{file.name}</span> <small>{sizeOf(file.size ?? 0)}</small>
          <IconButton icon="close" label={`Remove ${file.name}`} onClick={() => drop(file)} />
        </p>
      ))}
      {excess > 0 && <p role="alert">{`${count(excess, 'character')} too many: ${CONTENT_CHARS} are the most.`}</p>}
      <div className="field row">
        <IconButton icon="clip" label="Attach files" disabled={!!editing} onClick={() => picker.current?.click()} />
        <input ref={picker} type="file" multiple hidden onChange={onFiles} aria-label="Files" />
        <textarea
          ref={field}
          rows={1}
          {...words}
          value={text}
          {...(handles.length > 0 && { 'aria-controls': id, 'aria-activedescendant': `${id}-${at}` })}
          onChange={({ target }) => write(target.value)}
          onBlur={() => type(false)}
          onKeyDown={onKeyDown}
        />
        <IconButton type="submit" icon="send" label={editing ? 'Save' : 'Send'} disabled={isEmpty || excess > 0} />
      </div>
    </form>
  );
}

/** ChatAPI keeps what files are, and not the files. Where those go is the app's choice: this one keeps them nowhere. */
const describe = ({ name, size, type }: File): Attachment => ({
  type: 'file',
  name,
  size,
  mime_type: type || 'application/octet-stream',
  url: `https://files.example/${crypto.randomUUID()}`,
});

function mentionsIn(content: string, members: Member[]): NonNullable<OutgoingBody['mentions']> {
  const written = new Set(content.match(/(?<=(?<!\S)@)[\p{L}\p{N}_-]+/gu));
  const people = members.filter((member) => written.has(handleOf(member)));
  const mentions = people.map(({ user_id }) => ({ type: 'user' as const, user_id }));
  return written.has(EVERYBODY) ? [...mentions, { type: 'room' }] : mentions;
}

/** Who may be meant by the @ before the caret. */
function useSuggestions(text: string, field: RefObject<HTMLTextAreaElement | null>, members: Member[]) {
  const [chosen, setChosen] = useState(0);
  const [dismissed, setDismissed] = useState('');
  const caret = field.current?.selectionStart ?? text.length;
  const begun = dismissed === text ? undefined : /(?:^|\s)@([\p{L}\p{N}_-]*)$/u.exec(text.slice(0, caret))?.[1];
  const fits = (handle: string): boolean => begun !== undefined && handle.toLowerCase().startsWith(begun.toLowerCase());
  const handles = [...members.map(handleOf), EVERYBODY].filter(fits).slice(0, MOST_SUGGESTIONS);
  const at = Math.min(chosen, handles.length - 1);
  const complete = (handle: string): string =>
    `${text.slice(0, caret - (begun?.length ?? 0))}${handle} ${text.slice(caret)}`;
  /** @returns the handle that is picked, true for a key that was used up, false for one that is not meant for the list */
  const onKey = (key: string): string | boolean => {
    if (handles.length === 0) return false;
    if (key === 'Enter' || key === 'Tab') return handles[at]!;
    if (key === 'Escape') setDismissed(text);
    else if (key === 'ArrowDown') setChosen((at + 1) % handles.length);
    else if (key === 'ArrowUp') setChosen((at + handles.length - 1) % handles.length);
    else return false;
    return true;
  };
  return { handles, at, complete, onKey };
}
