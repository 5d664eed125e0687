import type { UserPk } from '../../platform/common/ids.js';
import type { UsersService } from '../../tenancy/users/users.service.js';
import type { OptOut, OptOutsRepository, OptOutKey } from './opt-outs.repository.js';
import { OptOutsService } from './opt-outs.service.js';

const userOf = (name: string): OptOutKey => ({ client_id: 'c', user_pk: name as UserPk });

describe('what users opted out of', () => {
  it('is asked in one statement for all who ask at once, and not for nobody', async () => {
    const asked: string[][] = [];
    const repository = {
      find: async (users: OptOutKey[]): Promise<OptOut[]> => {
        asked.push(users.map(({ user_pk }) => user_pk));
        return [{ ...userOf('b'), categories: ['news'], channels: [], unsubscribed: {} }];
      },
    } as unknown as OptOutsRepository;
    const optOuts = new OptOutsService(repository, {} as UsersService);
    const [none, one, two] = await Promise.all([
      optOuts.of([]),
      optOuts.of([userOf('a')]),
      optOuts.of([userOf('a'), userOf('b')]),
    ]);
    expect(asked).toEqual([['a', 'a', 'b']]);
    expect(none.size).toBe(0);
    expect(one.get('a' as UserPk)).toBeUndefined();
    expect(two.get('b' as UserPk)?.categories).toEqual(['news']);
  });
});
