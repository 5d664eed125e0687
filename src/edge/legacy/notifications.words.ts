import { itemProblem } from '../../platform/common/batch.js';
import { invalidField, type Problem } from '../../platform/common/problem.js';
import { isPlain, withoutNulls, type Plain } from './words.js';

/** Words that a body of this version has none of. `type` says over which one channel a notification goes, there. */
const OLD = ['type', 'subject', 'content', 'to_email', 'from_email', 'room_id', 'meta', 'provider_config'];

/** Is it the first version's body? */
export const isOld = (body: Plain): boolean =>
  body.channels === undefined && OLD.some((field) => body[field] !== undefined);

/** Fields of one body that answers have again. */
const ECHOED = [
  'type',
  'subject',
  'content',
  'to_email',
  'from_email',
  'reply_to',
  'cc',
  'bcc',
  'room_id',
  'email_fallback',
];

/** Whom a notification is for that goes to a room, and falls back to one address. */
export type FindOnly = (roomId: string) => Promise<string | null>;

/**
 * The body of `POST /notifications`.
 * @param findOnly the only member of a room besides who acts; null where there are others
 * @throws Problem `validation_failed` for what can't be said in this version
 */
export async function newNotificationOf(body: Plain, findOnly: FindOnly): Promise<Plain> {
  const { type, meta, ...rest } = withoutNulls(body);
  const common = { ...rest, ...(meta !== undefined && { metadata: meta }) };
  switch (type) {
    case 'email':
      return emailOf(common);
    case 'websocket':
      return websocketOf(common, findOnly);
    default:
      throw invalidField('type', 'must be one of email, websocket');
  }
}

function emailOf(body: Plain): Plain {
  const { subject, content, to_email, from_email, reply_to, cc, bcc, provider_config, ...rest } = body;
  if (to_email === undefined) throw invalidField('to_email', 'says who gets the mail');
  const email = {
    subject,
    ...textOf(content),
    from: from_email,
    reply_to,
    cc,
    bcc,
    provider: providerOf(provider_config),
  };
  return { ...rest, recipients: [{ email: to_email }], channels: { email: withoutUndefined(email) } };
}

async function websocketOf(body: Plain, findOnly: FindOnly): Promise<Plain> {
  const { subject, content, room_id, email_fallback, provider_config: _, ...rest } = body;
  const { metadata } = rest;
  const websocket = withoutUndefined({ title: subject, body: content, data: toldOf(metadata, room_id) });
  const notification = { ...rest, channels: { websocket } };
  if (email_fallback === undefined) {
    if (room_id === undefined) throw invalidField('room_id', 'says who is told, unless there is an email_fallback');
    return { ...notification, recipients: [{ room_id }] };
  }
  if (!isPlain(email_fallback)) throw invalidField('email_fallback', 'must be an object');
  const { to_email, ...fallback } = withoutNulls(email_fallback);
  const said = { ...notification, email_fallback: { subject, content, ...fallback } };
  if (room_id === undefined) return { ...said, recipients: [{ email: to_email }] };
  if (to_email === undefined) return { ...said, recipients: [{ room_id }] };
  const only = await findOnly(String(room_id));
  if (only === null) {
    throw invalidField(
      'email_fallback.to_email',
      'goes with a room of one other member; left out, each member is mailed at the address of its profile',
    );
  }
  return { ...said, recipients: [{ user_id: only, email: to_email }] };
}

/** What a socket is told beside the text: also which room it is about, for an event of a user's stream belongs to none. */
const toldOf = (metadata: unknown, room_id: unknown): unknown =>
  room_id === undefined || (metadata !== undefined && !isPlain(metadata)) ? metadata : { ...metadata, room_id };

/** What looks like HTML is. */
const textOf = (content: unknown): Plain =>
  typeof content === 'string' && isMarkup(content) ? { html: content } : { text: content };

/** @throws Problem for settings: a provider is saved once, and then named */
function providerOf(config: unknown): unknown {
  if (config === undefined) return undefined;
  const { name, provider = name, ...settings } = isPlain(config) ? config : { name: config };
  if (typeof provider === 'string' && Object.keys(settings).length === 0) return provider;
  throw invalidField('provider_config', 'must be {"name"} of a provider that was saved by POST /clients/me/providers');
}

/** Fields of a body that say what is sent. */
const SAID = ['subject', 'content', 'from_email', 'reply_to', 'cc', 'bcc'];

/** Does the body of `PUT /notifications/{id}` say anew, in the first version's words, what is sent? */
export const changesContent = (body: Plain): boolean =>
  body.channels === undefined && SAID.some((field) => body[field] !== undefined);

/**
 * That body. A notification went over one channel, there: what is said is of the first one, and what of that is not said
 * stays as it is.
 * @param contents what its channels send, as it is stored, in the order of their turns
 */
export function changedNotificationOf(body: Plain, [first]: [channel: string, content: unknown][]): Plain {
  const stored = (first?.[1] ?? {}) as Plain;
  switch (first?.[0]) {
    case 'email':
      return changedMailOf(body, emailInputOf(stored));
    case 'websocket': {
      const { subject, content, ...rest } = body;
      const websocket = { ...withoutNulls(stored), ...withoutUndefined({ title: subject, body: content }) };
      return { ...rest, channels: { websocket } };
    }
    default:
      return body;
  }
}

function changedMailOf(body: Plain, { html, text, ...kept }: Plain): Plain {
  const { subject, content, from_email, reply_to, cc, bcc, ...rest } = body;
  const said = withoutUndefined({ subject, from: from_email, reply_to, cc, bcc });
  const bodies = content === undefined ? withoutUndefined({ html, text }) : textOf(content);
  return { ...rest, channels: { email: { ...kept, ...bodies, ...said } } };
}

/** A mail as it is stored, as a request says it: addresses are text there. */
function emailInputOf({ from, reply_to, cc, bcc, ...rest }: Plain): Plain {
  const all = (list: unknown): unknown => (Array.isArray(list) ? list.map(mailboxOf) : undefined);
  return {
    ...rest,
    ...withoutUndefined({ from: mailboxOf(from), reply_to: mailboxOf(reply_to), cc: all(cc), bcc: all(bcc) }),
  };
}

function mailboxOf(stored: unknown): string | undefined {
  if (!isPlain(stored)) return undefined;
  const [name, address] = [String(stored.name), String(stored.address)];
  return name === '' ? address : `"${name.replaceAll(/["\\]/g, '\\$&')}" <${address}>`;
}

const withoutUndefined = (fields: Plain): Plain =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/**
 * What a call for many is answered.
 * @param asked the items as they came, where they were the first version's
 * @param faults of the items that could not be translated: what each would have been answered alone
 */
export function oldResults(
  body: Plain,
  asked: readonly (Plain | undefined)[],
  faults: ReadonlyMap<number, Problem>,
): Plain {
  const results = body.results as { index: number; notification?: Plain }[];
  return {
    ...body,
    results: results.map((result) => {
      const { index, notification } = result;
      if (notification) return { ...result, notification: oldNotification(notification, asked[index]) };
      const fault = faults.get(index);
      return fault ? { index, status: fault.status, error: itemProblem(fault) } : result;
    }),
  };
}

/** The query of a list: `type` was the channel. */
export function listQueryOf({ type, offset, ...query }: Plain): Plain {
  return {
    ...query,
    ...(type !== undefined && { channel: type }),
    // From the beginning is where lists begin; what comes later is asked for by cursors.
    ...(offset !== undefined && offset !== '0' && { offset }),
  };
}

interface OldDelivery {
  channel: string;
  recipient: { address?: string };
  attempt_count: number;
  sent_at: string | null;
  attempts?: { error_message: string | null }[];
}

/** A notification as the first version answered it, beside what it is here. @param asked the body, where this answers one */
export function oldNotification(notification: Plain, asked?: Plain): Plain {
  const deliveries = (notification.deliveries ?? []) as OldDelivery[];
  return {
    ...notification,
    meta: notification.metadata ?? {},
    ...ofDeliveries(deliveries),
    ...(asked && Object.fromEntries(ECHOED.flatMap((field) => (field in asked ? [[field, asked[field]]] : [])))),
  };
}

/** It went over one channel, there: what is known of the first delivery. */
function ofDeliveries(deliveries: OldDelivery[]): Plain {
  const [first] = deliveries;
  if (!first) return {};
  return {
    type: first.channel,
    ...(first.channel === 'email' && { to_email: first.recipient.address ?? null }),
    sent_at: first.sent_at,
    retry_count: Math.max(0, first.attempt_count - 1),
    error_message: first.attempts?.at(-1)?.error_message ?? null,
  };
}

/** Has it a tag? */
function isMarkup(text: string): boolean {
  const at = text.search(/<[a-z!/]/i);
  return at !== -1 && text.includes('>', at);
}
