import { randomUUID } from 'node:crypto';
import type { Api } from '../api.js';
import { check, type Printer } from './print.js';
import { Reader } from './reader.js';

interface Login {
  user_id: string;
  api_key: string;
  permissions: string[];
}

/** What the first half of the demo leaves to the second. */
export interface Chat {
  alice: Reader;
  bob: Reader;
  close(): void;
}

/** Two users, one room, two sockets: messages both ways, and an absence caught up without loss or repeat. */
export async function chat(master: Api, printer: Printer): Promise<Chat> {
  const [alice, bob] = await logIn(master, printer);
  const roomId = await openRoom(master, printer);
  const readers = {
    alice: new Reader(master.url, alice.api_key, roomId),
    bob: new Reader(master.url, bob.api_key, roomId),
  };
  const close = (): void => Object.values(readers).forEach((reader) => reader.close());
  try {
    await connect(readers, printer);
    await talk(master.withKey(alice.api_key), readers, roomId, printer);
    await missAndCatchUp(master.withKey(alice.api_key), readers, roomId, printer);
  } catch (error) {
    close();
    throw error;
  }
  return { ...readers, close };
}

type Readers = Pick<Chat, 'alice' | 'bob'>;

async function logIn(master: Api, printer: Printer): Promise<[Login, Login]> {
  printer.step('Log in two users (POST /auth/login with the master key)');
  const logins: Login[] = [];
  for (const [user_id, display_name] of [
    ['alice', 'Alice'],
    ['bob', 'Bob'],
  ]) {
    const login = await master.post<Login & object>('/auth/login', { user_id, display_name });
    printer.say(`${user_id} has the key ${login.api_key.slice(0, 24)}… and may ${login.permissions.join(', ')}`);
    logins.push(login);
  }
  return logins as [Login, Login];
}

async function openRoom(master: Api, printer: Printer): Promise<string> {
  printer.step('Open a room (POST /rooms)');
  const room = await master.post<{ id: string; member_count: number }>('/rooms', {
    room_type: 'group',
    name: 'Demo',
    members: ['alice', 'bob'],
  });
  printer.say(`room ${room.id} with ${room.member_count} members`);
  return room.id;
}

async function connect({ alice, bob }: Readers, printer: Printer): Promise<void> {
  printer.step('Connect both over Socket.IO (/sockets, WebSocket)');
  await Promise.all([alice.connect(), bob.connect()]);
  printer.say('both sockets are subscribed to the room by the server itself');
}

const messagesOf = (reader: Reader): string => reader.messages.map(({ seq }) => seq).join(', ');

async function talk(asAlice: Api, { alice, bob }: Readers, roomId: string, printer: Printer): Promise<void> {
  printer.step('Send messages both ways: alice by REST, bob by his socket');
  for (const content of ['Hello Bob!', 'Are you there?']) {
    const message = await asAlice.post<{ seq: number }>(`/rooms/${roomId}/messages`, { content, ...newId() });
    printer.say(`alice by REST:   seq ${message.seq} "${content}"`);
  }
  for (const content of ['Hi Alice!', 'I am.']) {
    const { seq } = await bob.send(content, randomUUID());
    printer.say(`bob by socket:   seq ${seq as number} "${content}"`);
  }
  await Promise.all([alice, bob].map((reader) => reader.until('the messages', () => reader.messages.length === 4)));
  printer.say(`alice's app has seq ${messagesOf(alice)}`, `bob's app has seq ${messagesOf(bob)}`);
}

async function missAndCatchUp(asAlice: Api, { alice, bob }: Readers, roomId: string, printer: Printer): Promise<void> {
  printer.step('Bob loses his connection; five more messages are sent');
  bob.drop();
  for (let n = 1; n <= 5; n++) {
    const content = `While you were away ${n}`;
    if (n % 2) await asAlice.post(`/rooms/${roomId}/messages`, { content, ...newId() });
    else await alice.send(content, randomUUID());
  }
  await alice.until('the five messages', () => alice.messages.length === 9);
  printer.say(`alice's app has seq ${messagesOf(alice)}`, `bob's app has seq ${messagesOf(bob)}`);
  check(bob.messages.length === 4, 'bob received messages without a connection');

  printer.step('Bob connects again and catches up (sync.resume)');
  await bob.connect();
  const missed = await bob.resume();
  printer.say(`the server answered recovered: true with ${missed.length} events`);
  printer.say(`bob's app has seq ${messagesOf(bob)}`);
  check(missed.length === 5, `bob missed 5 messages and caught up ${missed.length}`);
  check(messagesOf(bob) === '1, 2, 3, 4, 5, 6, 7, 8, 9', `bob's app has seq ${messagesOf(bob)}`);
  check(JSON.stringify(bob.messages) === JSON.stringify(alice.messages), 'the two apps differ');
  printer.say('nothing is lost, nothing came twice, and both apps hold the same');
}

const newId = (): { client_msg_id: string } => ({ client_msg_id: randomUUID() });
