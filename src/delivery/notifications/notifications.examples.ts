/** Bodies of `POST /notifications` for the reference: each may be sent as it is. */
export const NOTIFICATION_EXAMPLES = {
  people: {
    summary: 'To people, over several channels',
    value: {
      recipients: [{ user_id: 'alice' }, { email: 'carol@example.com' }],
      channels: {
        email: { subject: 'Your order has shipped', text: 'It is on its way.' },
        websocket: { title: 'Your order has shipped' },
      },
      priority: 'high',
      tags: ['orders'],
    },
  },
  url: {
    summary: 'To a URL, signed with the secret of the client',
    value: { channels: { webhook: { url: 'https://example.com/hook', payload: { order: 17 } } } },
  },
  endpoint: {
    summary: 'To one of the outbound endpoints, signed with its secrets',
    value: {
      channels: { webhook: { endpoint_id: '0199f0a2-5a6b-7c3d-8e9f-0a1b2c3d4e5f', payload: { order: 17 } } },
    },
  },
  fallback: {
    summary: 'Over one channel after the other',
    value: {
      recipients: [{ user_id: 'alice' }],
      channels: {
        websocket: { title: 'Your order has shipped' },
        email: { subject: 'Your order has shipped', text: 'It is on its way.' },
      },
      strategy: 'fallback',
      fallback: [{ channel: 'websocket', within_s: 60, until: 'delivered' }, { channel: 'email' }],
    },
  },
};
