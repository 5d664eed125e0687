import { envelopeIn, isSaid, saidOf, typeOf } from './down.words.js';
import { messageBodyOf, oldMessage, withoutReplies } from './messages.words.js';

const file_url = 'https://cdn.example.com/a';

describe('messages of the first version', () => {
  it.each([
    [{ mime_type: 'image/png' }, 'image', 'image'],
    [{ mime_type: 'video/mp4' }, 'video', 'video'],
    [{ mime_type: 'application/pdf' }, 'file', 'file'],
    [{ mime_type: 7 }, 'file', 'file'],
    [{}, 'file', 'file'],
    [{ content_type: 'document', mime_type: 'image/png' }, 'document', 'document'],
    [{ content_type: 'text', mime_type: 'audio/ogg' }, 'audio', 'text'],
  ])('with a file, %j, have an attachment of the type %s', (fields, type, content_type) => {
    expect(messageBodyOf({ file_url, ...fields })).toMatchObject({
      content_type,
      attachments: [{ type, url: file_url }],
    });
  });

  it('keep the attachments that they have, after the file', () => {
    const attachments = [{ type: 'link', url: 'https://example.com' }];
    expect(messageBodyOf({ file_url, attachments }).attachments).toHaveLength(2);
    expect(messageBodyOf({ content: 'a', file_url: null, attachments })).toEqual({ content: 'a', attachments });
  });

  it('are deleted for who does not see them', () => {
    const time = '2026-01-01T00:00:00.000Z';
    const tombstone = { sender_id: 'ann', content: null, attachments: [], edited_at: time, deleted_at: time };
    expect(oldMessage(tombstone)).toMatchObject({ sender_user_id: 'ann', is_edited: true, is_deleted: true });
    expect(oldMessage({ id: '1', seq: 1, hidden: true })).toEqual({
      id: '1',
      seq: 1,
      hidden: true,
      content: null,
      sender_user_id: null,
      is_edited: false,
      is_deleted: true,
      file_url: null,
      file_name: null,
      file_size: null,
      mime_type: null,
    });
    const told = { client_id: 'c', occurred_at: time, room_id: 'r', data: { id: '1', hidden: true } };
    expect(saidOf('message.created', told)).toEqual([]);
  });

  it('stay in their page without their replies', () => {
    const page = {
      data: [
        { id: '1', thread_id: null },
        { id: '2', thread_id: '1' },
        { id: '3', hidden: true },
      ],
      page: {},
    };
    expect((withoutReplies(page).data as object[]).map((message) => (message as { id: string }).id)).toEqual([
      '1',
      '3',
    ]);
  });
});

it('events say in their words who came, who went and what one was told', () => {
  const told = { client_id: 'c', occurred_at: '2026-01-01T00:00:00.000Z', room_id: 'r' };
  const users = [
    { user_id: 'a', state: 'away' },
    { user_id: 'b', state: 'offline' },
  ];
  expect(saidOf('presence.updated', { ...told, data: { users } })).toEqual([
    { name: 'user_online', body: { user_id: 'a', client_id: 'c' } },
    { name: 'user_offline', body: { user_id: 'b', client_id: 'c' } },
  ]);
  const data = { notification_id: 'n', delivery_id: 'd', title: 'T', body: 'B', data: { x: 1 } };
  expect(saidOf('notification.created', { ...told, data })).toEqual([
    {
      name: 'notification',
      body: {
        type: 'websocket',
        notification_id: 'n',
        delivery_id: 'd',
        subject: 'T',
        content: 'B',
        metadata: { x: 1 },
        room_id: 'r',
        timestamp: told.occurred_at,
      },
    },
  ]);
  const joined = { user_id: 'a', display_name: 'A', role: 'member' };
  expect(saidOf('member.joined', { ...told, data: joined })).toEqual([
    { name: 'user_joined_room', body: { room_id: 'r', user_id: 'a', display_name: 'A' } },
  ]);
});

it('events are read as Socket.IO encodes them', () => {
  const text = `2${JSON.stringify(['receipt.updated', { data: { room_id: 'r', user_id: 'a', last_read_seq: 2 } }])}`;
  expect([typeOf(text), isSaid(typeOf(text)), isSaid('message.updated'), isSaid('constructor')]).toEqual([
    'receipt.updated',
    true,
    false,
    false,
  ]);
  expect(saidOf(typeOf(text), envelopeIn(text))).toEqual([
    { name: 'messages_read', body: { room_id: 'r', user_id: 'a', last_read_seq: 2 } },
  ]);
});
