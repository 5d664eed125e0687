import { Usage } from './exit.js';
import type { Recipe, Stage } from './trigger-stage.js';

const ADDRESS = 'trigger@example.com';

/** Fails for good: it is refused, not put off. */
const REFUSED = 'a webhook to where 410 is answered (--gone, else on this machine)';

/** Faults in a row after which a provider is left alone, and as many again: who sends just then may come between. */
const FAULTS = 10;

/** Of notifications, their deliveries, and of what they go through. */
export const DELIVERY_RECIPES: Record<string, Recipe> = {
  'notification.created': { how: 'a notification for a user over the socket', make: (stage) => stage.notify() },
  'notification.completed': { how: 'a notification over the socket, which is sent', make: (stage) => stage.notify() },
  'notification.failed': { how: 'a webhook to where nobody is', make: (stage) => stage.notifyInVain() },
  'delivery.sent': { how: 'a notification over the socket, which is sent', make: (stage) => stage.notify() },
  'delivery.delivered': { how: 'a notification that a device acknowledges', make: (stage) => stage.acknowledge() },
  'delivery.exhausted': { how: 'a webhook to where nobody is, tried once', make: (stage) => stage.notifyInVain() },
  'delivery.failed': {
    how: REFUSED,
    make: async (stage) => stage.notifyInVain(await stage.gone()),
  },
  'delivery.suppressed': {
    how: `mail to ${ADDRESS}, which is suppressed for that moment`,
    make: async (stage) => {
      const entry = await stage.api.post<{ id: string }>('/suppressions', { address: ADDRESS, reason: 'manual' });
      stage.afterwards(() => stage.api.delete(`/suppressions/${entry.id}`));
      return stage.api.post('/notifications', mail());
    },
  },
  'endpoint.disabled': {
    how: 'an endpoint that answers 410 (--gone, else on this machine)',
    make: async (stage) => {
      const room = await stage.newRoom();
      const { id } = await stage.api.post<{ id: string }>('/webhooks/endpoints', {
        url: await stage.gone(),
        description: 'Of `chatapi trigger`: it goes again.',
        event_types: ['room.updated'],
        room_ids: [room.id],
      });
      stage.afterwards(() => stage.api.delete(`/webhooks/endpoints/${id}`));
      return stage.api.patch(`/rooms/${room.id}`, { description: 'Told to an endpoint that is gone.' });
    },
  },
  'provider.degraded': { how: 'a mail server that nobody is at, tried again and again', make: degrade },
};

const mail = () => ({
  recipients: [{ email: ADDRESS }],
  channels: { email: { subject: 'Trigger', text: 'Hello from `chatapi trigger`.', from: ADDRESS } },
});

/** Only where nobody's mail is in the way: a client with providers of its own would send through this one, too. */
async function degrade(stage: Stage): Promise<void> {
  const own = await stage.api.get<{ data: { name: string; channel: string }[] }>('/clients/me/providers');
  const names = own.data.filter(({ channel }) => channel === 'email').map(({ name }) => name);
  if (names.length > 0) {
    throw new Usage(
      `provider.degraded takes a client without mail providers of its own, and this one has ${names.join(', ')}: nobody’s mail is to go astray. Try it with another client (chatapi clients create), or send an endpoint an example: chatapi endpoints test <id> --event provider.degraded`,
    );
  }
  const name = stage.carol;
  const config = { host: 'trigger.invalid', port: 25, secure: false, require_tls: false };
  const provider = { name, channel: 'email', provider_type: 'smtp', config, from_email: ADDRESS };
  await stage.api.post('/clients/me/providers?verify=false', provider);
  stage.afterwards(() => stage.api.delete(`/clients/me/providers/${name}`, { channel: 'email' }));
  for (let at = 0; at < FAULTS; at++) {
    const { id } = await stage.api.post<{ id: string }>('/notifications', { ...mail(), max_retry_attempts: 0 });
    // What waits for the provider would go over another one when this one is gone.
    stage.afterwards(() => stage.api.post(`/notifications/${id}/cancel`));
  }
}
