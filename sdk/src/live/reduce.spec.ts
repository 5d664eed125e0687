import {
  apply,
  change,
  shown,
  trimmed,
  truncated,
  unreadOf,
  withMe,
  withPage,
  type Kept,
  type Viewer,
} from './reduce.js';
import type { ChatMessage, Envelope, Message } from './types.js';

const viewer: Viewer = { user_id: 'ann', hidden: new Set(), blocked: new Set(), window: 4 };

const message = (seq: number, fields: Partial<Message> = {}): Message => ({
  id: `m${seq}`,
  room_id: 'r',
  seq,
  rev: seq,
  sender_id: 'bob',
  sender_type: 'user',
  sender_display_name: null,
  content_type: 'text',
  content: `says ${seq}`,
  attachments: [],
  reply_to_id: null,
  thread_id: null,
  reply_count: 0,
  mentions: [],
  quoted: null,
  silent: false,
  reactions: [],
  metadata: {},
  client_msg_id: null,
  pinned_at: null,
  edited_at: null,
  deleted_at: null,
  deleted_by: null,
  created_at: 'then',
  updated_at: 'then',
  ...fields,
});

const shownAs = (seq: number, fields: Partial<Message> = {}): ChatMessage => shown(message(seq, fields), viewer);

const me = {
  role: 'member',
  last_read_seq: 0,
  unread: 0,
  mentions: 0,
  muted: false,
  muted_until: null,
  mentions_only: false,
  hidden: false,
  pinned: false,
} as const;

const kept = (fields: Partial<Kept> = {}, room: object = {}): Kept => ({
  epoch: '1.1',
  rev: 10,
  me,
  last_message: null,
  members: [],
  all_members: true,
  receipts: {},
  messages: [],
  loaded: true,
  has_older: false,
  has_newer: false,
  own_seq: 0,
  room: { id: 'r', first_seq: 1, last_seq: 0, member_count: 2, ...room } as Kept['room'],
  ...fields,
});

const event = (type: string, data: object, rev = 11): Envelope => ({
  id: `e${rev}`,
  type,
  stream: 'room:r',
  room_id: 'r',
  epoch: '1.1',
  rev,
  occurred_at: 'now',
  actor: { id: 'bob', type: 'user' },
  data,
});

const seqs = ({ messages }: { messages: ChatMessage[] }) => messages.map(({ seq }) => seq);

describe('the state of a room', () => {
  it('moves with every event to its place', () => {
    expect(apply(kept(), event('something.new', {}), viewer)).toMatchObject({ rev: 11, epoch: '1.1', at: 'now' });
  });

  it('counts what others say as unread, and nothing any more once the user says something', () => {
    const one = apply(kept({ all_members: false }), event('message.created', message(1)), viewer);
    expect([unreadOf(one), one.last_message?.id, one.receipts.bob?.read_seq]).toEqual([1, 'm1', 1]);
    const own = apply(one, event('message.created', message(2, { sender_id: 'ann' }), 12), viewer);
    expect([unreadOf(own), own.own_seq, seqs(own)]).toEqual([0, 2, [1, 2]]);
  });

  it('keeps its window bounded, and lets go of the oldest', () => {
    let state = kept();
    for (let seq = 1; seq <= 6; seq++) state = apply(state, event('message.created', message(seq), 10 + seq), viewer);
    expect([seqs(state), state.has_older]).toEqual([[3, 4, 5, 6], true]);
  });

  it('adds nothing to a stretch that does not reach the newest message', () => {
    const state = apply(
      kept({ messages: [shownAs(1)], has_newer: true }),
      event('message.created', message(9)),
      viewer,
    );
    expect([seqs(state), state.room.last_seq]).toEqual([[1], 9]);
  });

  it('puts an event in the place of the acknowledgement that came before it', () => {
    const state = kept({ messages: [shownAs(1), shownAs(3, { sender_id: 'ann' })] });
    const then = apply(
      apply(state, event('message.created', message(2)), viewer),
      event('message.created', message(3), 12),
      viewer,
    );
    expect(seqs(then)).toEqual([1, 2, 3]);
  });

  it('never goes back to an earlier version of a message', () => {
    const state = kept({ messages: [shownAs(1, { content: 'newer', rev: 20 })] });
    const then = apply(state, event('message.updated', message(1, { content: 'older', rev: 11 })), viewer);
    expect(then.messages[0]!.content).toBe('newer');
  });

  it('counts replies by their events, down again when they are deleted', () => {
    const reply = { thread_id: 'm1', reply_to_id: 'm1' };
    let state = apply(kept({ messages: [shownAs(1)] }), event('message.created', message(2, reply)), viewer);
    expect(state.messages[0]!.reply_count).toBe(1);
    // An update of the message itself was made from a row that may count already what has not been heard.
    state = apply(state, event('message.updated', message(1, { rev: 12, reply_count: 7 }), 12), viewer);
    expect(state.messages[0]!.reply_count).toBe(1);
    const gone = message(2, { ...reply, rev: 13, deleted_at: 'now', content: null });
    expect(apply(state, event('message.deleted', gone, 13), viewer).messages[0]!.reply_count).toBe(0);
  });

  it('shows reactions with who reacted, and which are the own', () => {
    const react = (type: string, user_id: string, count: number, rev: number) =>
      event(`reaction.${type}`, { message_id: 'm1', key: '+', user_id, count }, rev);
    let state = kept({ messages: [shownAs(1)] });
    for (const one of [react('added', 'bob', 1, 11), react('added', 'ann', 2, 12), react('added', 'ann', 2, 12)]) {
      state = apply(state, one, viewer);
    }
    expect(state.messages[0]).toMatchObject({
      reactions: [{ key: '+', count: 2, user_ids: ['bob', 'ann'] }],
      me: { reactions: ['+'] },
    });
    state = apply(state, react('removed', 'ann', 1, 13), viewer);
    expect(state.messages[0]).toMatchObject({
      reactions: [{ key: '+', count: 1, user_ids: ['bob'] }],
      me: { reactions: [] },
    });
    expect(apply(state, react('removed', 'bob', 0, 14), viewer).messages[0]!.reactions).toEqual([]);
  });

  it('hides what the user hid, whatever its events say', () => {
    const looks: Viewer = { ...viewer, hidden: new Set(['m1']), blocked: new Set(['mal']) };
    const state = [message(1), message(2, { sender_id: 'mal' })].reduce(
      (now, one, n) => apply(now, event('message.created', one, 11 + n), looks),
      kept(),
    );
    expect(state.messages.map(({ hidden, content }) => [hidden, content])).toEqual([
      [true, null],
      [true, null],
    ]);
    const [edited] = change(state.messages, event('message.updated', message(1, { rev: 20 })), viewer);
    expect(edited).toMatchObject({ hidden: true, content: null, rev: 20 });
  });

  it('loses what is truncated, which counts as read', () => {
    const state = truncated(
      kept({ messages: [1, 2, 3].map((seq) => shownAs(seq)), has_older: true }, { last_seq: 3 }),
      3,
    );
    expect([seqs(state), state.room.first_seq, state.me?.last_read_seq, state.has_older]).toEqual([[3], 3, 2, false]);
  });

  it('follows who comes and goes, and takes their markers as they are then', () => {
    const member = { user_id: 'cid', role: 'member', last_read_seq: 4, last_delivered_seq: 5 };
    const come = apply(kept(), event('member.joined', member), viewer);
    expect([come.members.length, come.receipts.cid]).toEqual([1, { read_seq: 4, delivered_seq: 5 }]);
    const gone = apply(come, event('member.left', member, 12), viewer);
    expect([gone.members, gone.receipts]).toEqual([[], {}]);
  });

  it('takes no marker from before what the user has said since', () => {
    const state = kept({ own_seq: 9, me: { ...me, last_read_seq: 9 } }, { last_seq: 9 });
    expect(withMe(state, { ...me, last_read_seq: 5, unread: 2, mentions: 1 }).me).toMatchObject({
      last_read_seq: 9,
      mentions: 0,
    });
    expect(withMe(state, { ...me, last_read_seq: 5, unread: 4 }).me?.last_read_seq).toBe(5);
  });
});

describe('a page of history', () => {
  const page = (data: Message[], has_more_before = false, has_more_after = false) => ({
    data,
    page: { has_more_before, has_more_after },
  });

  it('goes before what is there, and lets go of the newest when it is too much', () => {
    const state = kept({ messages: [3, 4, 5].map((seq) => shownAs(seq)), has_older: true });
    const then = withPage(state, page([message(1), message(2)]), 'older', [], viewer);
    expect([seqs(then), then.has_older, then.has_newer]).toEqual([[1, 2, 3, 4], false, true]);
  });

  it('takes what was changed and said while it was on its way', () => {
    const since = [
      event('message.updated', message(1, { content: 'edited', rev: 11 })),
      event('message.created', message(3, { rev: 12 }), 12),
    ];
    const then = withPage(
      kept({ loaded: false }, { last_seq: 3 }),
      page([message(1), message(2)]),
      'all',
      since,
      viewer,
    );
    expect(then.messages.map(({ content }) => content)).toEqual(['edited', 'says 2', 'says 3']);
  });

  it('knows when a hidden message was sent where it was seen, and says so where nobody knows', () => {
    const looks: Viewer = { ...viewer, hidden: new Set(['m1']) };
    const state = kept({ messages: [shown(shownAs(1), looks, shownAs(1))] });
    const stub = (seq: number) => ({ id: `m${seq}`, room_id: 'r', seq, rev: seq, hidden: true });
    const read = withPage(state, page([stub(1), stub(2)] as never), 'all', [], looks);
    expect(read.messages).toMatchObject([
      { hidden: true, created_at: 'then' },
      { hidden: true, created_at: null, updated_at: null },
    ]);
  });

  it('keeps a version that is newer than its own', () => {
    const state = kept({ messages: [shownAs(2, { content: 'newer', rev: 9 })] });
    const then = withPage(state, page([message(1), message(2, { content: 'older', rev: 2 })]), 'older', [], viewer);
    expect(then.messages.map(({ content }) => content)).toEqual(['says 1', 'newer']);
  });

  it('trims on the side that is asked', () => {
    const state = kept({ messages: [1, 2, 3, 4, 5].map((seq) => shownAs(seq)) });
    expect([seqs(trimmed(state, 4, 'older')), seqs(trimmed(state, 4, 'newer'))]).toEqual([
      [2, 3, 4, 5],
      [1, 2, 3, 4],
    ]);
  });
});
