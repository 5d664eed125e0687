import { envelopeOf, type EventFacts } from './envelope.js';
import type { UserId, UserPk } from '../common/ids.js';

const facts: EventFacts<{ text: string }> = {
  id: 'e',
  client_id: 'c',
  stream: { type: 'room', id: 'r' },
  epoch: '1.1',
  rev: 7,
  seq: 3,
  occurred_at: '2026-01-31T12:00:00.000Z',
  actor: { id: 'alice' as UserId, type: 'user' },
  data: { text: 'hi' },
};
const event = { type: 'thing.made', v: 1 };

/** As it stands on the wire. */
const sent = (given: EventFacts<object>): unknown => JSON.parse(JSON.stringify(envelopeOf(event, given)));

describe('envelopeOf', () => {
  it('says all of a durable event, in the order of the documents', () => {
    expect(JSON.stringify(envelopeOf(event, facts))).toBe(
      '{"id":"e","type":"thing.made","v":1,"client_id":"c","stream":"room:r","room_id":"r","epoch":"1.1","rev":7,"seq":3,' +
        '"occurred_at":"2026-01-31T12:00:00.000Z","actor":{"id":"alice","type":"user"},"data":{"text":"hi"}}',
    );
  });

  it('leaves epoch, rev and seq out of an ephemeral one, and makes its id and time', () => {
    const { client_id, stream, actor, data } = facts;
    expect(sent({ client_id, stream, actor, data })).toStrictEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      type: 'thing.made',
      v: 1,
      client_id: 'c',
      stream: 'room:r',
      room_id: 'r',
      occurred_at: expect.stringMatching(/^20\d\d-.*\.\d{3}Z$/),
      actor,
      data,
    });
  });

  it('names a user’s stream by the client’s own id, and the room that is no stream of its own', () => {
    const ofUser = {
      ...facts,
      stream: { type: 'user', id: 'pk' as UserPk, user_id: 'alice' as UserId },
      room_id: 'r',
    } as const;
    expect(sent(ofUser)).toMatchObject({ stream: 'user:alice', room_id: 'r' });
    expect(sent({ ...ofUser, room_id: null })).toMatchObject({ room_id: null });
    expect(sent({ ...facts, stream: { type: 'client', id: 'c' } })).toMatchObject({ stream: 'client', room_id: null });
    expect(JSON.stringify(sent(ofUser))).not.toContain('pk');
  });
});
