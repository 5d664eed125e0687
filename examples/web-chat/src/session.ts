import { ChatClient, IndexedDbStorage } from '@chatapi/sdk';

export interface Session {
  client: ChatClient;
  user: { user_id: string; display_name: string };
  /** The room of everybody who logs in here. */
  welcome: string;
}

type Login = { api_key: string; room_id: string; user: Session['user'] };

const NAME = 'chat.name';
const DEVICE = 'chat.device';
const LOGIN_TAKES_MS = 15_000;
const HELD_ELSEWHERE_MS = 500;
let device: string | undefined;
/** Of this tab only: two tabs may be two people, and one that is loaded again stays who it was. */
export const keptName = (): string | null => sessionStorage.getItem(NAME);

export async function enter(name: string): Promise<Session> {
  // What it needs of the browser is there on https and on this machine alone.
  const here = `http://127.0.0.1:${location.port}/chat`;
  if (!isSecureContext) throw new Error(`This chat works on this machine only: open ${here}`);
  device ??= await findDevice();
  let login: Login | undefined = await logIn(name);
  const { user, room_id } = login;
  // Asked at the start, and again before the key expires.
  const key = async (): Promise<string> => {
    const { api_key } = login ?? (await logIn(name));
    login = undefined;
    return api_key;
  };
  const storage = new IndexedDbStorage(`chat-${device}-${user.user_id}`);
  const client = new ChatClient({ url: location.origin, key, storage });
  sessionStorage.setItem(NAME, name);
  return { client, user, welcome: room_id };
}

export async function leave({ client }: Session): Promise<void> {
  sessionStorage.removeItem(NAME);
  await client.close();
}

/** An app of yours asks its own back end, which asks `POST /auth/login`. */
async function logIn(name: string): Promise<Login> {
  const answer = await fetch('/api/v1/dev/login', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, device_id: device }),
    signal: AbortSignal.timeout(LOGIN_TAKES_MS),
  }).catch(() => Promise.reject(new Error('The server cannot be reached. Are you online?')));
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(body.detail ?? 'The server refused the login.');
  return body;
}

/** The id of this tab. A copied tab brings the one of its original, which holds it as long as it is open. */
async function findDevice(): Promise<string> {
  const kept = sessionStorage.getItem(DEVICE) ?? crypto.randomUUID();
  const id = (await hold(kept)) ? kept : crypto.randomUUID();
  if (id !== kept) await hold(id);
  sessionStorage.setItem(DEVICE, id);
  return id;
}

/** @returns whether this tab has it from now on, until it is closed */
function hold(id: string): Promise<boolean> {
  return new Promise((resolve) => {
    const untilTheEnd = (): Promise<never> => (resolve(true), new Promise(() => {}));
    const signal = AbortSignal.timeout(HELD_ELSEWHERE_MS);
    navigator.locks.request(`chat ${id}`, { signal }, untilTheEnd).catch(() => resolve(false));
  });
}
