import type { TestClient } from './app.js';
import type { ReceivedRequest, Receiver } from './receiver.js';
import { until } from './until.js';

export interface TestEndpoint {
  /** As it was made. */
  made: any;
  id: string;
  secret: string;
  public_key: string;
  path: string;
  requests: () => ReceivedRequest[];
  events: () => any[];
  heard: (count: number) => Promise<any[]>;
}

/** What the messages say that events tell of. */
export const contents = (events: any[]): string[] => events.map(({ data }) => data.content);

/** Endpoints of a client at a receiver, and what happens that they hear of. */
export function endpointsOf(client: () => TestClient, receiver: () => Receiver) {
  const call = async (method: string, path: string, body?: object, status = 200): Promise<any> => {
    const answer = await client().request(method, `/webhooks/${path}`, body ? { body } : {});
    expect([method, path, answer.status, answer.body?.detail]).toEqual([method, path, status, answer.body?.detail]);
    return answer.body;
  };

  /** An endpoint at a path of its own, with what has come to it. */
  const endpoint = async (body: object = {}, at = receiver()): Promise<TestEndpoint> => {
    const path = `/e${Math.random().toString(36).slice(2)}`;
    const made = await call('POST', 'endpoints', { url: at.url + path, ...body }, 201);
    const requests = (): ReceivedRequest[] => at.requests.filter((request) => request.path === path);
    const events = () => requests().map((request) => JSON.parse(request.body.toString()));
    const heard = (count: number) =>
      until(`${count} events at the endpoint`, () => (requests().length >= count ? events() : null));
    const { id, secret, public_key } = made;
    return { made, id, secret, public_key, path, requests, events, heard };
  };

  const room = async (): Promise<string> => {
    const { body } = await client().request('POST', '/rooms', {
      body: { room_type: 'group', name: 'R', members: ['ann', 'ben'] },
    });
    return body.id;
  };

  const say = async (roomId: string, content: string, more: object = {}): Promise<any> => {
    const { body } = await client()
      .master('ann')
      .request('POST', `/rooms/${roomId}/messages`, { body: { content, ...more } });
    return body;
  };

  const deliveriesOf = async (id: string, query = ''): Promise<any[]> =>
    (await call('GET', `endpoints/${id}/deliveries${query}`)).data;

  const delivery = (id: string, status: string): Promise<any> =>
    until(`a delivery that is ${status}`, async () => (await deliveriesOf(id)).find((one) => one.status === status));

  return { call, endpoint, room, say, deliveriesOf, delivery };
}
