import type { Tx } from '../../platform/database/database.js';
import { Text } from '../../platform/common/fields.js';
import { defineEvent } from '../../platform/realtime/event.js';
import { EventRegistry } from '../../platform/realtime/event.registry.js';
import type { RealtimePublisher } from '../../platform/realtime/realtime.publisher.js';
import type { UsersService } from '../../tenancy/users/users.service.js';
import type { EventRow, EventsRepository } from './events.repository.js';
import { EventsService } from './events.service.js';
import { newEvent, type NewEvent } from './new-event.js';

class NoteDto {
  @Text({ max: 10 })
  text: string;

  @Text({ max: 10 })
  author: string;
}

const common = { body: NoteDto, stream: 'room', audience: 'readers', durable: true, description: 'x' } as const;
const noteMade = defineEvent({ ...common, type: 'note.made' });
const noteRead = defineEvent({ ...common, type: 'note.read', hydrated: true });
const noteHeard = defineEvent({ ...common, type: 'note.heard', hydrated: true });

const facts = {
  client_id: 'c',
  stream: { type: 'room', id: 'r' },
  actor: { id: null, type: 'client' },
} as const;

const rowOf = (type: string, id: string, data: object | null = null): EventRow => ({
  client_id: 'c',
  stream_type: 'room',
  stream_id: 'r',
  room_id: 'r',
  epoch: '1.1',
  rev: 1,
  id,
  type,
  v: 1,
  seq: null,
  subject_id: null,
  actor_pk: null,
  actor_type: 'client',
  data,
  occurred_at: new Date(0),
});

function setUp(rows: EventRow[] = []) {
  const registry = new EventRegistry();
  for (const event of [noteMade, noteRead, noteHeard]) registry.add(event);
  const repository = {
    append: jest.fn(async () => []),
    readAfter: async () => rows,
  } as unknown as EventsRepository;
  const users = { refsOf: async () => new Map() } as unknown as UsersService;
  const publish = jest.fn();
  const events = new EventsService(repository, users, { publish } as unknown as RealtimePublisher, registry);
  return { events, publish, repository };
}

const tx = {} as Tx;

describe('EventsService', () => {
  it('fills in hydrated bodies by type, one call for all the events of a hydrator', async () => {
    const rows = [rowOf('note.read', '1'), rowOf('note.made', '2', { text: 'own' }), rowOf('note.heard', '3')];
    const { events } = setUp(rows);
    const hydrate = jest.fn(async (_: string, given: EventRow[]) => {
      return new Map(given.map(({ id }) => [id, { text: id, author: 'a' }]));
    });
    events.register({ events: [noteRead, noteHeard], hydrate });
    const read = await events.readAfter('c', 'r', 0, 10);
    expect(read.map(({ data }) => data)).toEqual([
      { text: '1', author: 'a' },
      { text: 'own' },
      { text: '3', author: 'a' },
    ]);
    expect(hydrate.mock.calls.map(([, given]) => given.map(({ id }) => id))).toEqual([['1', '3']]);
  });

  it('tells of each row by its descriptor, in the order given', async () => {
    const { events, publish } = setUp();
    events.register({ events: [noteRead], hydrate: async () => new Map([['1', { text: 'x', author: 'a' }]]) });
    await events.publish([rowOf('note.read', '1'), rowOf('note.made', '2', { text: 'y', author: 'b' })]);
    expect(publish.mock.calls).toMatchObject([
      [noteRead, { id: '1', stream: { type: 'room', id: 'r' }, rev: 1, data: { text: 'x' } }],
      [noteMade, { id: '2', data: { text: 'y' } }],
    ]);
  });

  it('fails the start when nobody fills in what should be filled in, or two do', () => {
    const { events } = setUp();
    const hydrate = async () => new Map<string, NoteDto>();
    events.register({ events: [noteRead], hydrate });
    expect(() => events.onApplicationBootstrap()).toThrow('note.heard');
    expect(() => events.register({ events: [noteRead], hydrate })).toThrow('note.read');
    events.register({ events: [noteHeard], hydrate });
    events.onApplicationBootstrap();
  });

  it('appends nothing that no module registered', async () => {
    const { events, repository } = setUp();
    const data = { text: 'x', author: 'a' };
    await events.append(tx, [newEvent({ event: noteMade, ...facts, data })]);
    const stranger = defineEvent({ ...common, type: 'note.lost' });
    expect(() => events.append(tx, [newEvent({ event: stranger, ...facts, data })])).toThrow('note.lost');
    expect(repository.append).toHaveBeenCalledTimes(1);
  });
});

/** Never called: `npm run types` fails when one of these compiles that must not, or does not that must. */
export function compiles(events: EventsService): NewEvent[] {
  const hydrate = async () => new Map<string, NoteDto>();
  events.register({ events: [noteRead], hydrate });
  // @ts-expect-error its body stands in the log
  events.register({ events: [noteMade], hydrate });
  // @ts-expect-error not the event's body
  events.register({ events: [noteRead], hydrate: async () => new Map([['1', { text: 'x' }]]) });

  return [
    newEvent({ event: noteMade, ...facts, data: { text: 'x', author: 'a' } }),
    newEvent({ event: noteRead, ...facts }),
    newEvent({ event: noteRead, ...facts, data: { text: 'x' } }),
    // @ts-expect-error a field of the body is missing
    newEvent({ event: noteMade, ...facts, data: { text: 'x' } }),
    // @ts-expect-error the body is missing
    newEvent({ event: noteMade, ...facts }),
    // @ts-expect-error a field that the body doesn't have
    newEvent({ event: noteRead, ...facts, data: { title: 'x' } }),
    // @ts-expect-error not on a user's stream
    newEvent({ event: noteRead, ...facts, stream: { type: 'user', id: 'u' } }),
    // @ts-expect-error not checked by newEvent
    { event: noteMade, ...facts, data: { text: 'x', author: 'a' } },
  ];
}
