import { soon } from '../wait.js';
import type { Kept } from './reduce.js';
import type { ChatMessage, Envelope, Message, Told } from './types.js';

const RECOUNT_MS = 500;

/** What of a room is needed to count. */
interface Counted {
  call(method: string, path: string, init?: Told): Promise<Told>;
  during<T>(load: () => Promise<T>, take: (answer: T, since: Envelope[], isWhole: boolean) => void): Promise<unknown>;
  message(id: string): ChatMessage | undefined;
  update(change: (kept: Kept) => Kept): void;
}

/** Reads anew how many replies a message has, where events can't tell it. */
export function recountOf({ call, during, message, update }: Counted): (threadId: string) => void {
  const unsure = new Set<string>();

  const recount = (id: string): void => {
    if (!message(id)) return;
    unsure.add(id);
    recountUnsure();
  };
  const recountUnsure = soon(RECOUNT_MS, () => {
    const ids = [...unsure];
    unsure.clear();
    for (const id of ids) recounted(id).catch(() => {});
  });
  const recounted = (id: string): Promise<unknown> =>
    during(
      () => call('GET', '/messages/{id}', { path: { id } }),
      ({ reply_count }: Message, since, isWhole) => {
        // It was counted before what came meanwhile, or after it.
        if (!isWhole || since.some(({ data }) => data.thread_id === id)) return recount(id);
        const again = (one: ChatMessage) => (one.id === id && !one.hidden ? { ...one, reply_count } : one);
        update((kept) => ({ ...kept, messages: kept.messages.map(again) }));
      },
    );

  return recount;
}
