import { act, createElement, type ReactElement } from 'react';
import { createRoot } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import type { ChatClient } from '../live/client.js';
import { at, clientOf, contents, fakeTime, FakeService, pass } from '../testing/world.js';
import {
  ChatProvider,
  useConnection,
  useInvites,
  useMessages,
  useNotifications,
  usePresence,
  useRooms,
  useTyping,
  useUnread,
} from './index.js';

jest.mock('socket.io-client', () => ({
  io: (url: string) => jest.requireActual('../testing/fake-service.js').socketTo(url),
}));

fakeTime();

/** As much of a page as React asks for where nothing is drawn. */
function container(): Element {
  const view = { HTMLIFrameElement: class {}, event: undefined };
  Object.assign(globalThis, { window: view, IS_REACT_ACT_ENVIRONMENT: true });
  const node = { addEventListener: () => {}, removeEventListener: () => {}, tagName: 'DIV', nodeType: 1 };
  const ownerDocument = { ...node, nodeType: 9, defaultView: view, activeElement: null };
  return { ...node, ownerDocument, namespaceURI: 'http://www.w3.org/1999/xhtml' } as unknown as Element;
}

let service: FakeService;
beforeEach(() => (service = new FakeService()));
afterEach(() => {
  delete (globalThis as { window?: unknown }).window;
});

/** What a component with this hook has been drawn with, time after time. */
async function drawn<T>(client: ChatClient, hook: () => T) {
  const seen: T[] = [];
  const Probe = (): null => {
    seen.push(hook());
    return null;
  };
  const root = createRoot(container());
  const draw = (element: ReactElement) => act(async () => root.render(element));
  await draw(createElement(ChatProvider, { client, connect: false }, createElement(Probe)));
  await act(() => pass(3_000));
  seen.splice(0, seen.length - 1);
  return {
    seen,
    /** What was drawn while this happened. */
    during: async (happens: () => unknown): Promise<T[]> => {
      seen.length = 0;
      await act(async () => {
        await happens();
        await pass(3_000);
      });
      return [...seen];
    },
    unmount: () => act(async () => root.unmount()),
  };
}

describe('the hooks', () => {
  const room = () => service.room('ann', 'bob');
  const typing = (id: string, ...user_ids: string[]) =>
    service.publish(service.envelope(`room:${id}`, id, 'typing.updated', { room_id: id, user_ids }), ['ann']);

  it('useRooms draws what is listed, and nothing for what the list does not show', async () => {
    const of = room();
    const client = await at(service, [of]);
    const { seen, during, unmount } = await drawn(client, useRooms);
    expect(seen[0]!.map(({ room: { id } }) => id)).toEqual([of.id]);
    const [first, ...more] = await during(() => of.say('bob', 'one'));
    expect([first![0]!.last_message!.content, first![0]!.unread, more]).toEqual(['one', 1, []]);
    expect(await during(() => of.read('bob', 1))).toEqual([]);
    expect(await during(() => typing(of.id, 'bob'))).toEqual([]);
    await unmount();
    expect(await during(() => of.say('bob', 'two'))).toEqual([]);
  });

  it('useMessages opens the room as long as it is mounted, and draws once for all that comes at once', async () => {
    const of = room();
    for (let n = 0; n < 60; n++) of.say('bob', `${n}`);
    const client = await at(service);
    const { seen, during, unmount } = await drawn(client, () => useMessages(of.id));
    expect([seen[0]!.messages.length, client.room(of.id).isOpen]).toEqual([50, true]);
    const first = seen[0]!.messages[7];
    const all = await during(() => ['a', 'b', 'c'].forEach((text) => of.say('bob', text)));
    expect(all.map((state) => contents(state).slice(-3))).toEqual([['a', 'b', 'c']]);
    // What did not change is the same, for rows that are remembered.
    expect(all[0]!.messages[7]).toBe(first);
    expect(await during(() => of.react('bob', of.messages[0]!.id, '+'))).toHaveLength(1);
    await unmount();
    expect([client.room(of.id).isOpen, await during(() => of.say('bob', 'gone'))]).toEqual([false, []]);
  });

  it('useTyping draws who types when that changes, and tells that this user does', async () => {
    const of = room();
    const client = await at(service, [of]);
    const { seen, during, unmount } = await drawn(client, () => useTyping(of.id));
    seen[0]!.setTyping(true);
    expect(service.said.at(-1)).toEqual({ name: 'typing.start', data: { room_id: of.id } });
    expect((await during(() => typing(of.id, 'bob', 'ann'))).map((one) => one.typing)).toEqual([['bob']]);
    expect(await during(() => of.read('bob', 1))).toEqual([]);
    expect(await during(() => typing(of.id, 'bob'))).toEqual([]);
    expect((await during(() => of.say('bob', 'said'))).map((one) => one.typing)).toEqual([[]]);
    await unmount();
    expect(await during(() => typing(of.id, 'bob'))).toEqual([]);
  });

  it('usePresence watches as long as it is mounted, whatever list names them', async () => {
    const client = await at(service);
    const watched = () =>
      service.said.filter(({ name }) => name === 'presence.subscribe').map(({ data }) => data.user_ids);
    const { seen, during, unmount } = await drawn(client, () => usePresence(['cid', 'bob', 'bob']));
    expect([[...seen[0]!.keys()], watched()]).toEqual([['bob', 'cid'], [['bob', 'cid']]]);
    const tell = (state: string) =>
      service.tell('ann', 'presence.updated', { users: [{ user_id: 'bob', state, text: null }] }, false);
    expect((await during(() => tell('away'))).map((all) => all.get('bob')!.state)).toEqual(['away']);
    expect(await during(() => tell('away'))).toEqual([]);
    expect(watched()).toHaveLength(1);
    await unmount();
    await pass();
    expect(watched().at(-1)).toEqual([]);
    expect(await during(() => tell('online'))).toEqual([]);
  });

  it('useUnread, useNotifications and useInvites draw for what is theirs alone', async () => {
    const of = room();
    const client = await at(service, [of]);
    const all = [
      await drawn(client, useUnread),
      await drawn(client, useNotifications),
      await drawn(client, useInvites),
    ];
    const counts = async (happens: () => unknown) => {
      const [first, ...others] = all;
      for (const { seen } of others) seen.length = 0;
      const drawnFirst = await first!.during(happens);
      return [drawnFirst.length, ...others.map(({ seen }) => seen.length)];
    };
    expect(await counts(() => of.say('bob', 'one'))).toEqual([1, 0, 0]);
    expect(client.unread.get().total_unread).toBe(1);
    expect(await counts(() => service.tell('ann', 'notification.created', { delivery_id: 'd', title: 't' }))).toEqual([
      0, 1, 0,
    ]);
    const invite = { id: 'i', user_id: 'ann' };
    expect(await counts(() => service.tell('ann', 'invite.created', invite))).toEqual([0, 0, 1]);
    expect(await counts(() => service.tell('ann', 'invite.revoked', invite))).toEqual([0, 0, 1]);
    expect(await counts(() => of.rename('other'))).toEqual([0, 0, 0]);
    for (const { unmount } of all) await unmount();
    expect(await counts(() => of.say('bob', 'two'))).toEqual([0, 0, 0]);
  });

  it('the provider connects while it is mounted', async () => {
    const client = clientOf(service);
    const root = createRoot(container());
    const tree = createElement(ChatProvider, { client });
    await act(async () => root.render(tree));
    await act(() => pass(1_000));
    expect(client.connection.get().status).toBe('online');
    await act(async () => root.unmount());
    expect([client.connection.get().status, service.sockets.size]).toEqual(['idle', 0]);
    // As in strict mode: it comes and goes before it has begun.
    const hasty = createRoot(container());
    await act(async () => hasty.render(tree));
    await act(async () => hasty.unmount());
    await pass(1_000);
    expect([client.connection.get().status, service.sockets.size]).toEqual(['idle', 0]);
  });

  it('give what there is on a server, and say what is missing without a provider', () => {
    const client = clientOf(service);
    const Page = (): string => JSON.stringify([useRooms(), useUnread(), useConnection().status]);
    expect(renderToString(createElement(ChatProvider, { client }, createElement(Page)))).toBe(
      '[[],{&quot;total_unread&quot;:0,&quot;total_mentions&quot;:0},&quot;idle&quot;]',
    );
    expect(() => renderToString(createElement(Page))).toThrow('There is no <ChatProvider>');
  });
});
