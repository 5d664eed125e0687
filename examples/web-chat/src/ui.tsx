import { createContext, use, useEffect, useRef, useState, type ReactNode } from 'react';
import type { Session } from './session';

export const SessionContext = createContext<Session | null>(null);
export const useSession = (): Session => use(SessionContext)!;

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const date = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
/** Of a hidden message that was never seen, nobody knows when it was sent. */
export const timeOf = (at: string | number | null): string => (at ? time.format(new Date(at)) : '');
export const dayOf = (at?: string | null): string => (at ? date.format(new Date(at)) : '');
export const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

export const Time = ({ at }: { at: string | null }) => at && <time dateTime={at}>{timeOf(at)}</time>;

const ICONS = {
  back: 'M15 5l-7 7 7 7',
  bell: 'M6 16V11a6 6 0 0112 0v5l2 2H4zM10 21h4',
  clip: 'M8 12.5l6-6a3 3 0 014 4l-8 8a5 5 0 01-7-7l7-7',
  close: 'M6 6l12 12M18 6L6 18',
  down: 'M12 5v14M6 13l6 6 6-6',
  edit: 'M4 20l1-5L16 4l4 4L9 19z',
  pin: 'M9 4h6l-1 6 3 3H7l3-3zM12 13v7',
  people: 'M9 11a3 3 0 100-6 3 3 0 000 6zM3 20a6 6 0 0112 0M16 5a3 3 0 010 6M18 14a6 6 0 013 6',
  plus: 'M12 5v14M5 12h14',
  reply: 'M10 6l-6 6 6 6M4 12h10a6 6 0 016 6',
  send: 'M4 12l16-8-6 16-3-7z',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
};

export const Icon = ({ name }: { name: keyof typeof ICONS }) => (
  <svg viewBox="0 0 24 24" className="icon" aria-hidden="true">
    <path d={ICONS[name]} />
  </svg>
);

type ButtonProps = React.ComponentProps<'button'>;
type IconButtonProps = ButtonProps & { icon?: keyof typeof ICONS; label: string };
export const IconButton = ({ icon, label, children, ...rest }: IconButtonProps) => (
  <button type="button" className="icon-button" aria-label={label} title={label} {...rest}>
    {icon ? <Icon name={icon} /> : children}
  </button>
);

const hueOf = (id: string): number => [...id].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)!) % 360, 7);

export const Avatar = ({ id, name, state }: { id: string; name: string; state?: string | undefined }) => (
  <span className="avatar" style={{ '--hue': hueOf(id) } as React.CSSProperties} aria-hidden="true">
    {[...name.trim()][0]?.toUpperCase()}
    {state && <i className={`dot ${state}`} />}
  </span>
);

type ItemProps = Omit<ButtonProps, 'title' | 'about'> &
  Partial<Record<'about' | 'end', ReactNode>> & { title: string; of?: string; state?: string | undefined };

/** A line of a list that can be chosen; with a picture, where it is of somebody or of a room. */
export const Item = ({ of, state, title, about, end, ...rest }: ItemProps) => (
  <li>
    <button className="item" {...rest}>
      {of && <Avatar id={of} name={title} state={state} />}
      <span className="grow">
        <strong dir="auto">{title}</strong>
        <span className="muted">{about}</span>
      </span>
      <span className="end">{end}</span>
    </button>
  </li>
);

type SearchProps = { label: string; words: string; onWords: (words: string) => void };
export const Search = ({ label, words, onWords }: SearchProps) => {
  const props = { 'aria-label': label, placeholder: label, value: words, dir: 'auto' };
  return <input type="search" onChange={({ target }) => onWords(target.value)} {...props} />;
};

/** The browser's own: it keeps the focus in, gives it back, and closes with Escape. */
export function Dialog({ title, onClose, children }: { title: string; onClose: () => void; children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-label={title} onClose={onClose}>
      <header>
        <h2 className="grow">{title}</h2>
        <IconButton icon="close" label="Close" onClick={() => dialog.current?.close()} />
      </header>
      {children}
    </dialog>
  );
}

type Notice = Record<'id' | 'title' | 'body', string>;
const NOTICE_STAYS_MS = 8000;

/** Says it for some seconds in the corner. */
export const say = (title: string, body = ''): void =>
  void dispatchEvent(new CustomEvent<Notice>('say', { detail: { id: crypto.randomUUID(), title, body } }));

/** What goes wrong is said, with what support needs to find it. */
export async function attempt<T>(work: Promise<T>): Promise<T | undefined> {
  return work.catch(({ message, request_id }: { message: string; request_id?: string }) => {
    say('That did not work', request_id ? `${message} (request ${request_id})` : message);
    return undefined;
  });
}

const WAIT_FOR_MORE_LETTERS_MS = 200;

/** What is found for these words, once nobody has typed for a moment. */
export function useFound<T>(words: string, find: (words: string, signal: AbortSignal) => Promise<T[]>) {
  const [found, setFound] = useState<T[]>();
  useEffect(() => {
    const ending = new AbortController();
    // What fails, for instance without a line, has found nothing.
    const look = (): void => void find(words, ending.signal).then(setFound, () => setFound([]));
    const timer = setTimeout(look, WAIT_FOR_MORE_LETTERS_MS);
    return () => (clearTimeout(timer), ending.abort());
  }, [words]);
  return found;
}

export function Notices() {
  const [notices, setNotices] = useState<Notice[]>([]);
  const drop = (id: string): void => setNotices((all) => all.filter((one) => one.id !== id));
  useEffect(() => {
    const add = ({ detail: notice }: CustomEventInit<Notice>): void => {
      setNotices((all) => [...all.slice(-2), notice!]);
      setTimeout(() => drop(notice!.id), NOTICE_STAYS_MS);
    };
    addEventListener('say', add);
    return () => removeEventListener('say', add);
  }, []);
  return (
    <section className="notices" aria-label="Notices" aria-live="polite">
      {notices.map(({ id, title, body }) => (
        <div key={id} className="card row">
          <Icon name="bell" />
          <p className="grow">
            <strong>{title}</strong> {body}
          </p>
          <IconButton icon="close" label="Dismiss" onClick={() => drop(id)} />
        </div>
      ))}
    </section>
  );
}
