import { invalidField } from '../../../platform/common/problem.js';
import type { NotificationInputDto } from '../notifications.dto.js';
import type { FallbackStep } from './fallback.js';
import { commonOf, type ChannelContent } from '../plan-deliveries.js';

const WITHIN_S = { acknowledged: 60, other: 1_800 };

/**
 * The short form: a websocket notification, and an email to who did not see it in time.
 * @returns the same in the long form
 * @throws Problem where the two forms are mixed
 */
export function spellOut(input: NotificationInputDto): NotificationInputDto {
  const { email_fallback, ...rest } = input;
  if (!email_fallback) return input;
  if (rest.fallback || rest.strategy === 'all')
    throw invalidField('email_fallback', 'is an order of its own: leave out fallback and strategy');
  if (!rest.channels.websocket) throw invalidField('email_fallback', 'goes with channels.websocket');
  if (Object.keys(rest.channels).some((name) => name !== 'websocket'))
    throw invalidField('email_fallback', 'goes with channels.websocket alone; name an order in fallback');
  const { to_email, content, text = content, within_s = WITHIN_S.acknowledged, subject, html } = email_fallback;
  if (text === undefined && html === undefined)
    throw invalidField('email_fallback', 'must have a content, text or html');
  const email = { subject, ...(text === undefined ? {} : { text }), ...(html === undefined ? {} : { html }) };
  return {
    ...rest,
    recipients: to_email === undefined ? rest.recipients : addressed(rest.recipients, to_email),
    channels: { ...rest.channels, email },
    strategy: 'fallback',
    fallback: [{ channel: 'websocket', within_s, until: 'delivered' }, { channel: 'email' }],
  };
}

function addressed(recipients: NotificationInputDto['recipients'] = [], email: string) {
  const [only] = recipients;
  if (recipients.length !== 1 || only!.room_id !== undefined)
    throw invalidField('email_fallback.to_email', 'goes with one recipient');
  return [{ ...only!, email }];
}

/** @returns the channels in their order; null where all are sent at once. @throws Problem for an order that leaves some out */
export function stepsOf(
  { strategy, fallback }: NotificationInputDto,
  contents: ChannelContent[],
  retries: number | undefined,
): FallbackStep[] | null {
  if (fallback === undefined && strategy !== 'fallback') return null;
  if (strategy === 'all') throw invalidField('fallback', 'goes with the strategy "fallback"');
  if (fallback === undefined || fallback.length === 0)
    throw invalidField('fallback', 'must name the channels in their order');
  const names = fallback.map(({ channel }) => channel);
  const forgotten = contents.find(({ channel }) => !names.includes(channel.name));
  if (forgotten) throw invalidField('fallback', `must name ${forgotten.channel.name}, too: it would never be sent`);
  return fallback.map(({ channel: name, within_s, until }, index) => {
    const part = contents.find(({ channel }) => channel.name === name);
    if (!part) throw invalidField(`fallback[${index}].channel`, `has nothing to send in channels.${name}`);
    if (names.indexOf(name) !== index) throw invalidField(`fallback[${index}].channel`, 'is named twice');
    const { acknowledged } = part.channel;
    return {
      channel: name,
      within_s: within_s ?? (acknowledged ? WITHIN_S.acknowledged : WITHIN_S.other),
      until: until ?? (acknowledged ? 'delivered' : 'sent'),
      ...commonOf(part, retries),
      ...directionOf(part),
    };
  });
}

/** What of a step depends on the content. */
export const directionOf = (part: ChannelContent): Pick<FallbackStep, 'address'> => ({
  address: part.channel.target?.(part.content).address ?? null,
});
