import { ChatError } from '../errors.js';
import { outboxOf, pending, type Entry, type Outbox } from './outbox.js';
import type { Message } from './types.js';

const passed = () => new Promise((resolve) => setTimeout(resolve));
const answerOf = ({ room_id, client_msg_id, content }: any) =>
  ({ room_id, client_msg_id, content, id: content }) as Message;

function outbox(answer: (data: any) => Promise<Message>) {
  const saved: Entry[][] = [];
  const asked: any[] = [];
  const host = {
    online: true,
    isOnline: () => host.online,
    ask: (_: string, data: any) => {
      asked.push(data);
      return answer(data);
    },
    save: async (entries: Entry[]) => {
      await passed();
      saved.push(entries);
    },
    changed: () => {},
    taken: (message: Message) => box.seen(message),
  };
  const box: Outbox = outboxOf(host);
  return { box, host, saved, asked };
}

describe('the outbox', () => {
  it('stores before it sends, and sends in order', async () => {
    const { box, saved, asked } = outbox(async (data) => {
      expect(saved.at(-1)!.some(({ client_msg_id }) => client_msg_id === data.client_msg_id)).toBe(true);
      return answerOf(data);
    });
    const all = ['a', 'b', 'c'].map((content) => box.add('r', { content }));
    expect([asked, saved]).toEqual([[], []]);
    await Promise.all(all.map(({ sent }) => sent));
    await passed();
    expect(asked.map(({ content }) => content)).toEqual(['a', 'b', 'c']);
    expect([box.of('r'), saved.at(-1)]).toEqual([[], []]);
  });

  it('says it again after a break, under the same id', async () => {
    const { box, host, asked } = outbox(async (data) => {
      if (asked.length > 1) return answerOf(data);
      host.online = false;
      throw new ChatError('unreachable', 'cut off', { retryable: true });
    });
    const { sent, client_msg_id } = box.add('r', { content: 'a' });
    await passed();
    expect(box.of('r')).toMatchObject([{ client_msg_id }]);
    host.online = true;
    box.flush();
    await sent;
    expect(asked.map((one) => one.client_msg_id)).toEqual([client_msg_id, client_msg_id]);
  });

  it('keeps what was refused for good, sends the others, and sends it again when asked', async () => {
    let refuses = true;
    const { box, asked } = outbox(async (data) => {
      if (data.content === 'bad' && refuses) throw new ChatError('message_rejected', 'no such words', { status: 422 });
      return answerOf(data);
    });
    const bad = box.add('r', { content: 'bad' });
    const good = box.add('r', { content: 'good' });
    await expect(bad.sent).rejects.toMatchObject({ code: 'message_rejected' });
    await good.sent;
    const [entry] = box.of('r');
    expect(pending(entry!, null)).toMatchObject({
      status: 'failed',
      content: 'bad',
      error: { code: 'message_rejected', status: 422 },
    });
    refuses = false;
    box.retry(bad.client_msg_id);
    await passed();
    expect([box.of('r'), asked.length]).toEqual([[], 3]);
  });

  it('is done with a message when its event comes before the acknowledgement', async () => {
    const { box } = outbox(() => new Promise(() => {}));
    const { sent, client_msg_id } = box.add('r', { content: 'a' });
    await passed();
    box.seen({ id: 'm', room_id: 'elsewhere', client_msg_id } as Message);
    expect(box.of('r').length).toBe(1);
    box.seen({ id: 'm', room_id: 'r', client_msg_id } as Message);
    await expect(sent).resolves.toMatchObject({ id: 'm' });
    expect(box.of('r')).toEqual([]);
  });

  it('lets go of what is discarded, and never sends it', async () => {
    const { box, host, asked } = outbox(async (data) => answerOf(data));
    host.online = false;
    const { sent, client_msg_id } = box.add('r', { content: 'a' });
    box.discard(client_msg_id);
    await expect(sent).rejects.toMatchObject({ code: 'closed' });
    host.online = true;
    box.flush();
    await passed();
    expect(asked).toEqual([]);
  });

  it('shows a reply where it belongs until it is there', () => {
    const { box, host } = outbox(async (data) => answerOf(data));
    host.online = false;
    box.add('r', { content: 'a', thread_id: 'root' });
    const [entry] = box.of('r');
    expect(entry!.body).toMatchObject({ reply_to_id: 'root' });
    expect(entry!.body).not.toHaveProperty('thread_id');
    expect(pending(entry!, { user_id: 'ann', display_name: 'Ann', avatar_url: null })).toMatchObject({
      status: 'sending',
      thread_id: 'root',
      reply_to_id: 'root',
      sender_id: 'ann',
      sender_display_name: 'Ann',
    });
  });
});
