import { newId } from '../../src/platform/common/ids.js';
import { Database } from '../../src/platform/database/database.js';
import { NotificationsReader } from '../../src/delivery/notifications/notifications.reader.js';
import { NewNotificationsRepository } from '../../src/delivery/notifications/new-notifications.repository.js';
import type { NotificationsQueryDto } from '../../src/delivery/notifications/notifications.dto.js';
import type { Caller } from '../../src/tenancy/access/caller.js';
import { NestApp } from '../support/nest-app.js';
import { rowsRead, watchStatements } from '../support/statements.js';

const COUNT = 100_000;
const PAGE = 20;
/** Of what a page shows, with what leads to it: far from the tenant's rows, and room for a plan that reads some twice. */
const ROWS_PER_PAGE = PAGE * 20;

describe('a page of many notifications', () => {
  let app: NestApp;
  let caller: Caller;
  beforeAll(async () => {
    app = await NestApp.start();
    const client = await app.client();
    caller = { kind: 'master', clientId: client.id, permissions: null, user: null } as Caller;
    await fill(client.id);
  }, 300_000);
  afterEach(() => jest.restoreAllMocks());
  afterAll(() => app.stop());

  /** Most alike; the three oldest rare in every way. */
  async function fill(clientId: string): Promise<void> {
    const repository = app.get(NewNotificationsRepository);
    for (let at = 0; at < COUNT; at += 1_000) {
      const items = Array.from({ length: 1_000 }, (_, n) => ({
        client_id: clientId,
        row: {
          id: newId(),
          sender_pk: null,
          priority: 'normal' as const,
          channels: at + n < 3 ? { email: {} } : { webhook: {} },
          max_retry_attempts: null,
          metadata: {},
          tags: at + n < 3 ? ['rare', 'common'] : ['common'],
          strategy: 'all' as const,
          fallback: null,
          category: null,
          scheduled_for: null,
          expires_at: null,
        },
        deliveries: [],
        chains: [],
        dedup: null,
      }));
      await repository.insert(app.get(Database), items);
    }
    const oldest = '(select id from notifications where client_id = $1 order by id limit 3)';
    await app.sql(`update notifications set status = 'completed' where client_id = $1`, [clientId]);
    await app.sql(`update notifications set status = 'failed' where client_id = $1 and id in ${oldest}`, [clientId]);
    await app.sql('vacuum analyze');
  }

  /** How many rows the statements of a list read. */
  async function costOf(query: NotificationsQueryDto): Promise<{ shown: number; read: number; next: string | null }> {
    const asked = watchStatements();
    const { data, page } = await app.get(NotificationsReader).list(caller, { limit: PAGE, ...query });
    const statements = asked(/from notifications/);
    jest.restoreAllMocks();
    expect(statements).toHaveLength(1);
    const { text, values } = statements[0]!;
    const [{ 'QUERY PLAN': plan }] = await app.sql(`explain (analyze, format json) ${text}`, values);
    return { shown: data.length, read: rowsRead(plan[0].Plan), next: page.next_cursor };
  }

  it.each<[string, NotificationsQueryDto, number]>([
    ['no filter', {}, PAGE],
    ['a common state', { status: 'completed' }, PAGE],
    ['a rare state', { status: 'failed' }, 3],
    ['a state that none is in', { status: 'scheduled' }, 0],
    ['a common tag', { tag: 'common' }, PAGE],
    ['a rare tag', { tag: 'rare' }, 3],
    ['a tag that none carries', { tag: 'absent' }, 0],
    ['a common channel', { channel: 'webhook' }, PAGE],
    ['a rare channel', { channel: 'email' }, 3],
    ['a channel that none goes over', { channel: 'websocket' }, 0],
    ['a rare state and channel', { status: 'failed', channel: 'email' }, 3],
    ['a rare state, and a common tag', { status: 'failed', tag: 'common' }, 3],
    ['a common state, and a rare channel and tag', { status: 'failed', tag: 'rare', channel: 'email' }, 3],
  ])('costs what it shows, with %s', async (_, query, shown) => {
    const first = await costOf(query);
    expect(first.shown).toBe(shown);
    expect(first.read).toBeLessThan(ROWS_PER_PAGE);
    if (first.next === null) return;
    const second = await costOf({ ...query, cursor: first.next });
    expect(second.shown).toBe(shown);
    expect(second.read).toBeLessThan(ROWS_PER_PAGE);
  });
});
