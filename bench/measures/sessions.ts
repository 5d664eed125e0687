import { Sessions } from '../paths/sessions.js';
import { inTurns, medians, type Bench, type Place } from '../support/rounds.js';

/** Sockets that connect with a key that was verified before, and logins. */
export async function measureSessions({ rounds, size, record }: Bench, place: Place): Promise<void> {
  const sessions = await Sessions.prepare(place.tenant, size(3_000), place);
  const logins = size(5_000);
  await sessions.connectFloor();
  await sessions.connect(); // warm: code compiled, keys verified
  const connects = await inTurns(
    rounds,
    () => sessions.connectFloor(),
    () => sessions.connect(),
  );
  await sessions.loginFloor(size(500));
  await sessions.login(size(500));
  const asked = await inTurns(
    rounds,
    () => sessions.loginFloor(logins),
    () => sessions.login(logins),
  );
  await sessions.stop();
  const connect = { value: medians(connects.values), floor: medians(connects.floors) };
  record({
    name: 'connecting with a warm key',
    value: connect.value.perSecond,
    unit: '/s',
    floor: { name: 'the goal', value: 1_000 },
    goal: { atLeast: 1 },
    cpu: { value: connect.value.cpu, atMost: 1_000, floor: connect.floor.cpu },
    note: `a bare Socket.IO server, which knows nobody: ${Math.round(connect.floor.perSecond)} /s`,
  });
  const login = { value: medians(asked.values), floor: medians(asked.floors) };
  record({
    name: 'logging in over 64 connections',
    value: login.value.perSecond,
    unit: '/s',
    floor: { name: 'bare Node server: bcrypt, a commit', value: login.floor.perSecond },
    goal: { atLeast: 0.35 },
    cpu: { value: login.value.cpu, floor: login.floor.cpu },
  });
}
