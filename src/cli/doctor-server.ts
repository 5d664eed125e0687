import type { HealthDto } from '../edge/operations/health.dto.js';
import { bad, LOOK_MS, ok, warn, whyNot, type Finding } from './doctor-finding.js';

/** A clock that is off by more makes keys and signatures expire early or late. */
const CLOCK_S = 5;

const FIXES: Record<keyof HealthDto['checks'], string> = {
  database:
    'See that PostgreSQL runs and that DATABASE_URL of the server leads to it; its log says why it is out of reach.',
  schema: 'Run `npm run migrate` with the version that the server has.',
  queue:
    'Jobs wait in the database until the queue is back: see that Redis (or PostgreSQL, without REDIS_URL) answers the server.',
  redis: 'See that Redis runs and that REDIS_URL of the server leads to it. Nothing is lost meanwhile.',
  log_readers:
    'Something holds the event log up: look for a transaction that stays open (pg_stat_activity), and for errors in the log of the workers.',
};

/** What the server says of itself, and whether its clock is ours. */
export async function lookAtServer(url: string, signal: AbortSignal): Promise<Finding[]> {
  const before = Date.now();
  let answer: Response | undefined;
  let health: HealthDto;
  try {
    answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.any([signal, AbortSignal.timeout(LOOK_MS)]) });
    health = (await answer.json()) as HealthDto;
  } catch (error) {
    if (answer) return [bad('server', `${url} is no ChatAPI`, 'Say where it is: --url.')];
    const fix = 'Start it with `npm start`, or say where it is: --url, CHATAPI_URL or `chatapi login --url …`.';
    return [bad('server', `${url} does not answer: ${whyNot(error)}`, fix)];
  }
  if (typeof health?.checks !== 'object') return [bad('server', `${url} is no ChatAPI`, 'Say where it is: --url.')];
  const ms = Date.now() - before;
  const isReady = answer.status === 200;
  const said = `${url} is ${health.status} (version ${health.version}, ${ms} ms)`;
  const server = isReady ? ok('server', said) : bad('server', said, 'See what is not up below.');
  const parts = Object.entries(health.checks).map(([name, state]): Finding => {
    if (state === 'up') return ok(`server: ${name}`, 'up');
    return (isReady ? warn : bad)(
      `server: ${name}`,
      String(state),
      FIXES[name as keyof typeof FIXES] ?? 'See the log of the server.',
    );
  });
  return [server, ...parts, clockOf(answer.headers.get('date'), before, Date.now())];
}

/** By the Date of an answer, which has no part of a second. */
export function clockOf(date: string | null, before: number, after: number): Finding {
  const there = date === null ? Number.NaN : Date.parse(date);
  if (Number.isNaN(there))
    return warn('clock', 'the server does not tell its time', 'See whether a proxy takes the Date header away.');
  const off = there + 999 < before ? before - there - 999 : there > after ? there - after : 0;
  if (off <= CLOCK_S * 1_000) return ok('clock', 'the server has the time of this machine');
  const seconds = Math.round(off / 1_000);
  return bad(
    'clock',
    `the clocks of the server and of this machine are ${seconds} s apart`,
    'Let both follow a time server (timedatectl set-ntp true).',
  );
}
