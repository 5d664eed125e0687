import { randomBytes } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { KeyRing } from '../../platform/common/key-ring.js';
import { logger } from '../../platform/common/logger.js';
import { Database } from '../../platform/database/database.js';
import { sealedColumns } from '../../platform/database/sealed-columns.js';

/** What the key serves. */
const NAME = 'unsubscribe';
/** No key of ENCRYPTION_KEYS can be called so. */
const ID = '.';

const contextOf = (name: string): string => `link_key:${name}`;

sealedColumns({
  table: 'link_keys',
  key: { name: 'text' },
  columns: ['secret'],
  context: ({ name }) => contextOf(String(name)),
});

/**
 * The key of links that stand in mail. It is the installation's own, made once and stored under the key ring, so that links hold
 * when the ring has other keys. Those of the ring itself, by which earlier links were made, are read for as long as it has them.
 */
@Injectable()
export class LinkKeys implements OnModuleInit {
  private own: KeyRing | null = null;

  constructor(
    private readonly ring: KeyRing,
    private readonly database: Database,
  ) {}

  async onModuleInit(): Promise<void> {
    const sealed = await this.stored();
    try {
      const key = Buffer.from(this.ring.decrypt(sealed, contextOf(NAME)), 'base64');
      this.own = new KeyRing([{ id: ID, key }]);
    } catch (error) {
      logger.warn(
        { reason: (error as Error).message },
        'The key of links to unsubscribe could not be read: links that are in mail do not work, and new ones hold only for as long as the first key of ENCRYPTION_KEYS is among them.',
      );
    }
  }

  encrypt(text: string, context: string): string {
    return (this.own ?? this.ring).encrypt(text, context);
  }

  /** @throws Error for what neither encrypted */
  decrypt(text: string, context: string): string {
    return (text.startsWith(`${ID}:`) && this.own ? this.own : this.ring).decrypt(text, context);
  }

  /** The first process of an installation makes it. */
  private async stored(): Promise<string> {
    const made = this.ring.encrypt(randomBytes(32).toString('base64'), contextOf(NAME));
    await this.database.execute('insert into link_keys (name, secret) values ($1, $2) on conflict (name) do nothing', [
      NAME,
      made,
    ]);
    const [row] = await this.database.query<{ secret: string }>('select secret from link_keys where name = $1', [NAME]);
    return row!.secret;
  }
}
