import type { EventsService } from '../../../engine/events/events.service.js';
import type { RealtimePublisher } from '../../../platform/realtime/realtime.publisher.js';
import type { BatchRunner } from './batch-runner.js';
import { GatheredSend } from './gathered-send.js';
import { HELD, type NewMessage } from './new-message.js';

const message = (id: string, room_id = 'held'): NewMessage => ({ client_id: 'c', room_id, id }) as NewMessage;

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('GatheredSend', () => {
  it('queues later messages of a held room behind it, and never tries them in a batch', async () => {
    const batches: string[][] = [];
    const lanes: { ids: string[]; end: () => void }[] = [];
    const runner = {
      run: (batch: NewMessage[], waitMs = 0) => {
        const ids = batch.map(({ id }) => id);
        const done = batch.map(({ id }) => ({ verdict: 'duplicate', message: { id } }));
        if (waitMs > 0) return new Promise((resolve) => lanes.push({ ids, end: () => resolve(done) }));
        if (ids.length > 0) batches.push(ids);
        return Promise.resolve(batch.map(({ room_id }, at) => (room_id === 'held' ? HELD : done[at])));
      },
    } as unknown as BatchRunner;
    const gathered = new GatheredSend(runner, {} as RealtimePublisher, {} as EventsService);

    const answers = [gathered.send(message('1'))];
    while (lanes.length === 0) await turn();
    answers.push(gathered.send(message('2')), gathered.send(message('3')));
    expect(await gathered.send(message('free', 'other'))).toMatchObject({ message: { id: 'free' } });
    expect(batches).toEqual([['1'], ['free']]);

    lanes[0]!.end();
    while (lanes.length === 1) await turn();
    expect(lanes[1]!.ids).toEqual(['2', '3']);
    lanes[1]!.end();
    expect(await Promise.all(answers)).toMatchObject([
      { message: { id: '1' } },
      { message: { id: '2' } },
      { message: { id: '3' } },
    ]);
  });
});
