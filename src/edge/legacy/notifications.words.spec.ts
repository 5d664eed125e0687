import {
  changedNotificationOf,
  changesContent,
  listQueryOf,
  newNotificationOf,
  oldNotification,
} from './notifications.words.js';
import type { Plain } from './words.js';

const ROOM = 'the room';
const onlyBob = async () => 'bob';
const many = async () => null;
const websocket = { type: 'websocket', subject: 'S', content: 'C' };

describe('what a notification of the first version becomes', () => {
  it.each<[string, Plain, Plain]>([
    [
      'a mail of text',
      {
        type: 'email',
        subject: 'S',
        content: '1 < 2',
        to_email: 'a@b.example',
        reply_to: 'r@b.example',
        scheduled_for: 't',
      },
      {
        recipients: [{ email: 'a@b.example' }],
        channels: { email: { subject: 'S', text: '1 < 2', reply_to: 'r@b.example' } },
        scheduled_for: 't',
      },
    ],
    [
      'a mail of HTML by a provider',
      { type: 'email', subject: 'S', content: '<b>C</b>', to_email: 'a@b.example', provider_config: { name: 'main' } },
      {
        recipients: [{ email: 'a@b.example' }],
        channels: { email: { subject: 'S', html: '<b>C</b>', provider: 'main' } },
      },
    ],
    [
      'what a room is told',
      { ...websocket, room_id: ROOM, meta: { a: 1 }, cc: undefined },
      {
        recipients: [{ room_id: ROOM }],
        channels: { websocket: { title: 'S', body: 'C', data: { a: 1, room_id: ROOM } } },
        metadata: { a: 1 },
        cc: undefined,
      },
    ],
    [
      'with a fallback to the addresses of the profiles',
      { ...websocket, room_id: ROOM, email_fallback: { subject: 'F' } },
      {
        recipients: [{ room_id: ROOM }],
        channels: { websocket: { title: 'S', body: 'C', data: { room_id: ROOM } } },
        email_fallback: { subject: 'F', content: 'C' },
      },
    ],
    [
      'with a fallback to the address of the one other member',
      { ...websocket, room_id: ROOM, email_fallback: { to_email: 'b@b.example', content: 'F' } },
      {
        recipients: [{ user_id: 'bob', email: 'b@b.example' }],
        channels: { websocket: { title: 'S', body: 'C', data: { room_id: ROOM } } },
        email_fallback: { subject: 'S', content: 'F' },
      },
    ],
    [
      'with a fallback alone',
      { ...websocket, email_fallback: { to_email: 'b@b.example' } },
      {
        recipients: [{ email: 'b@b.example' }],
        channels: { websocket: { title: 'S', body: 'C' } },
        email_fallback: { subject: 'S', content: 'C' },
      },
    ],
  ])('%s', async (_, old, now) => {
    expect(await newNotificationOf(old, onlyBob)).toEqual(now);
  });

  it('refuses one address for many people', async () => {
    const body = { ...websocket, room_id: ROOM, email_fallback: { to_email: 'b@b.example' } };
    await expect(newNotificationOf(body, many)).rejects.toMatchObject({
      code: 'validation_failed',
      options: { errors: [{ field: 'email_fallback.to_email' }] },
    });
  });
});

it.each(['x', [], 7])('refuses an email_fallback that is %j', async (email_fallback) => {
  await expect(newNotificationOf({ ...websocket, room_id: ROOM, email_fallback }, onlyBob)).rejects.toMatchObject({
    options: { errors: [{ field: 'email_fallback', message: 'must be an object' }] },
  });
});

describe('what a change of the first version becomes', () => {
  const stored = {
    subject: 'S',
    text: 'T',
    from: { name: 'A "B" \\ C', address: 'a@b.example' },
    cc: [{ name: '', address: 'c@b.example' }],
    tags: ['t'],
    provider: 'main',
  };
  const kept = { from: '"A \\"B\\" \\\\ C" <a@b.example>', cc: ['c@b.example'], tags: ['t'], provider: 'main' };

  it.each<[string, Plain, [string, unknown][], Plain]>([
    ['a subject', { subject: 'N' }, [['email', stored]], { channels: { email: { ...kept, subject: 'N', text: 'T' } } }],
    [
      'text that is HTML now',
      { content: '<b>N</b>', priority: 'low' },
      [['email', stored]],
      { channels: { email: { ...kept, subject: 'S', html: '<b>N</b>' } }, priority: 'low' },
    ],
    [
      'other addresses',
      { from_email: 'n@b.example', reply_to: 'r@b.example', cc: [], bcc: ['d@b.example'] },
      [['email', stored]],
      {
        channels: {
          email: {
            ...kept,
            subject: 'S',
            text: 'T',
            from: 'n@b.example',
            reply_to: 'r@b.example',
            cc: [],
            bcc: ['d@b.example'],
          },
        },
      },
    ],
    [
      'what a room is told, before a mail has its turn',
      { content: 'N' },
      [
        ['websocket', { title: 'S', body: 'C', data: null }],
        ['email', stored],
      ],
      { channels: { websocket: { title: 'S', body: 'N' } } },
    ],
    ['nothing that it knows', { subject: 'N' }, [['webhook', { url: 'u' }]], { subject: 'N' }],
  ])('%s', (_, body, contents, now) => {
    expect(changesContent(body)).toBe(true);
    expect(changedNotificationOf(body, contents)).toEqual(now);
  });

  it('nothing else is one', () => {
    for (const body of [{}, { priority: 'low' }, { subject: 'N', channels: {} }])
      expect(changesContent(body)).toBe(false);
  });
});

it('answers with the fields of the first delivery, and of what was asked', () => {
  const attempts = [{ error_message: 'no' }, { error_message: null }];
  const delivery = {
    channel: 'email',
    recipient: { address: 'a@b.example' },
    attempt_count: 2,
    sent_at: 't',
    attempts,
  };
  expect(oldNotification({ id: '1', metadata: { a: 1 }, deliveries: [delivery] })).toMatchObject({
    id: '1',
    meta: { a: 1 },
    type: 'email',
    to_email: 'a@b.example',
    sent_at: 't',
    retry_count: 1,
    error_message: null,
  });
  expect(oldNotification({ id: '1', metadata: {} }, { subject: 'S', priority: 'low' })).toEqual({
    id: '1',
    metadata: {},
    meta: {},
    subject: 'S',
  });
});

it('lists by channel, from the beginning', () => {
  expect(listQueryOf({ type: 'email', offset: '0', limit: '5' })).toEqual({ channel: 'email', limit: '5' });
  expect(listQueryOf({ offset: '10' })).toEqual({ offset: '10' });
});
