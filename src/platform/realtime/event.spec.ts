import { Int, Text } from '../common/fields.js';
import { defineEvent, defineSessionEvent } from './event.js';
import { socketChannelsOf, type RealtimePublisher } from './realtime.publisher.js';
import type { UserId, UserPk } from '../common/ids.js';

const ofUser = { type: 'user', id: 'pk' as UserPk, user_id: 'alice' as UserId } as const;

class NoteDto {
  @Text({ max: 10 })
  text: string;
}

class CountDto {
  @Int({})
  count: number;
}

const noteMade = defineEvent({
  type: 'note.made',
  body: NoteDto,
  stream: 'room',
  audience: 'readers',
  durable: true,
  description: 'A note was made.',
});
const noteCounted = defineEvent({
  type: 'note.counted',
  body: CountDto,
  stream: ['room', 'user'],
  audience: 'everybody',
  durable: false,
  description: 'Notes were counted.',
});
const sessionNoted = defineSessionEvent({ type: 'session.noted', body: NoteDto, description: 'A note.' });

const committed = {
  id: 'e',
  client_id: 'c',
  stream: { type: 'room', id: 'r' },
  epoch: '1.1',
  rev: 1,
  occurred_at: '2026-01-31T12:00:00.000Z',
  actor: { id: null, type: 'system' },
} as const;
const told = { client_id: 'c', stream: { type: 'room', id: 'r' }, actor: { id: null, type: 'system' } } as const;

describe('defineEvent', () => {
  it('declares one stream or several, and cannot be changed afterwards', () => {
    expect(noteMade).toMatchObject({ streams: ['room'], durable: true, hydrated: false, body: NoteDto });
    expect(noteCounted).toMatchObject({ streams: ['room', 'user'], durable: false, hydrated: false });
    expect(() => Object.assign(noteMade, { audience: 'everybody' })).toThrow(TypeError);
  });

  it('refuses a type without a dot, and readers among the sockets of a client', () => {
    const bad = { ...noteMade, stream: 'client', example: undefined } as const;
    expect(() => defineEvent({ ...bad, stream: 'room', type: 'Note' })).toThrow('event Note');
    expect(() => defineEvent({ ...bad })).toThrow('audience');
  });
});

describe('an audience', () => {
  it('is the readers’ channel, or both', () => {
    expect(socketChannelsOf('readers', { type: 'room', id: '1' })).toEqual(['r:1']);
    expect(socketChannelsOf('everybody', { type: 'room', id: '1' })).toEqual(['r:1', 'n:1']);
    expect(socketChannelsOf('readers', { type: 'user', id: '1' as UserPk })).toEqual(['ur:1']);
    expect(socketChannelsOf('everybody', { type: 'user', id: '1' as UserPk })).toEqual(['u:1']);
    expect(socketChannelsOf('everybody', { type: 'client', id: '1' })).toEqual(['c:1']);
  });
});

/** Never called: `npm run types` fails when one of these compiles that must not, or does not that must. */
export function compiles(publisher: RealtimePublisher, socket: Parameters<RealtimePublisher['tell']>[0]): void {
  publisher.publish(noteMade, { ...committed, data: { text: 'x' } });
  publisher.publish(noteCounted, { ...told, data: { count: 1 } });
  publisher.publish(noteCounted, { ...told, stream: ofUser, data: { count: 1 } });
  publisher.publishHere(noteCounted, { ...told, data: { count: 1 } });
  publisher.tell(socket, sessionNoted, { text: 'x' });

  // @ts-expect-error another event's body
  publisher.publish(noteMade, { ...committed, data: { count: 1 } });
  // @ts-expect-error a field is missing
  publisher.publish(noteMade, { ...committed, data: {} });
  // @ts-expect-error a field that the body doesn't have
  publisher.publish(noteMade, { ...committed, data: { text: 'x', count: 1 } });
  // @ts-expect-error not on a user's stream
  publisher.publish(noteMade, { ...committed, stream: ofUser, data: { text: 'x' } });
  // @ts-expect-error durable, so its place is known
  publisher.publish(noteMade, { ...told, data: { text: 'x' } });
  // @ts-expect-error ephemeral, so it has no place
  publisher.publish(noteCounted, { ...committed, data: { count: 1 } });
  // @ts-expect-error durable events are told on every node
  publisher.publishHere(noteMade, { ...committed, data: { text: 'x' } });
  // @ts-expect-error no event of a session
  publisher.tell(socket, noteMade, { text: 'x' });
  // @ts-expect-error another event's body
  publisher.tell(socket, sessionNoted, { count: 1 });
  // @ts-expect-error an example of another body
  defineSessionEvent({ type: 'session.noted', body: NoteDto, description: 'A note.', example: { count: 1 } });
}
