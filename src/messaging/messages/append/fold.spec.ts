import { foldEchoes } from './fold.js';
import type { NewMessage } from './new-message.js';
import type { UserPk } from '../../../platform/common/ids.js';

const message = (client_msg_id: string | null, room_id = 'r', sender_pk: string | null = 's'): NewMessage =>
  ({ client_id: 'c', room_id, sender_pk: sender_pk as UserPk | null, client_msg_id }) as NewMessage;

describe('fold', () => {
  it('keeps the first of equal (room, sender, client_msg_id), and where the others belong', () => {
    const batch = [message('a'), message(null), message('a'), message(null), message('b'), message('a')];
    const { firsts, firstOf } = foldEchoes(batch);
    expect(firsts).toEqual([batch[0], batch[1], batch[3], batch[4]]);
    expect(firstOf).toEqual([0, 1, 0, 2, 3, 0]);
  });

  it('tells rooms and senders apart', () => {
    const batch = [message('a'), message('a', 'r2'), message('a', 'r', 's2'), message('a', 'r', null)];
    expect(foldEchoes(batch).firsts).toEqual(batch);
  });
});
