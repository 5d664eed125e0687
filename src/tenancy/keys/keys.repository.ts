import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import type { Permission } from '../access/permissions.js';
import type { Cursor } from '../../platform/common/pagination.js';
import { KEY_TTL_S } from './keys.settings.js';
import { Coalescer } from '../../platform/common/coalescer.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { exactly } from '../../platform/database/exactly.js';
import { prepared } from '../../platform/database/prepared.js';
import { unnest } from '../../platform/database/unnest.js';
import { ApiKeyEntity } from './api-key.entity.js';
import type { ClientSettings } from '../access/caller.js';
import type { UserId, UserPk } from '../../platform/common/ids.js';

/** A key with what a request needs to know of its client and user, in one read. */
export interface KeyState {
  client_id: string;
  id: string;
  kind: 'master' | 'scoped';
  secret_hash: string;
  permissions: Permission[] | null;
  revoked: boolean;
  expires_at: Date | null;
  expires_in_ms: number | null;
  user_pk: UserPk | null;
  user_id: UserId | null;
  display_name: string | null;
  banned_until: Date | null;
  client_name: string;
  slug: string;
  suspended: boolean;
  limits: Record<string, number>;
  settings: ClientSettings;
  settings_rev: number;
  allowed_origins: string[];
}

/** With its client's ref and, as `user_id`, the client's own string of its user. */
export type KeyRow = Omit<ApiKeyEntity, 'client_id' | 'user_pk' | 'secret_hash' | 'revoked_at'> & {
  client_ref: string;
  user_id: UserId | null;
};

export interface NewKey extends Pick<
  ApiKeyEntity,
  'id' | 'ref' | 'kind' | 'name' | 'secret_hash' | 'device_id' | 'issued_by'
> {
  user_pk: UserPk | null;
  permissions: string[] | null;
  /** Seconds from now; null: at `expires_at`, else as the client's settings say for scoped keys, else never. */
  expires_in: number | null;
  expires_at?: Date | null;
}

const COLUMNS = `k.id, c.ref as client_ref, k.kind, k.ref, k.name, k.permissions, u.user_id, k.device_id, k.issued_by, k.expires_at,
  k.last_used_at, k.created_at, k.rotated_at`;
const JOINS = `join clients c on c.id = k.client_id left join users u on u.client_id = k.client_id and u.user_pk = k.user_pk`;

const USED = unnest<{ clientId: string; keyId: string }>()('t', {
  client_id: ['uuid', ({ clientId }) => clientId],
  id: ['uuid', ({ keyId }) => keyId],
});

/** A repeated DELETE of an ended key is still answered as the first one was for so long. */
const KEPT_DAYS = 30;
const PRUNED_AT_ONCE = 2_000;

/** Neither revoked nor expired. */
const LIVE = `k.revoked_at is null and (k.expires_at is null or k.expires_at > clock_timestamp())`;

/** A key, as the CTE `k`: parameters 1 to 12. */
const INSERTED = `insert into api_keys (client_id, id, ref, kind, name, secret_hash, user_pk, permissions, device_id, issued_by, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
                 coalesce($12, clock_timestamp() + make_interval(secs => coalesce($11::float8, case when $4 = 'scoped' then
                   (select (settings ->> '${KEY_TTL_S.name}')::float8 from clients where id = $1) end))))
         returning *`;
const INSERT = prepared('keys.insert', `with k as (${INSERTED}) select ${COLUMNS} from k ${JOINS}`);

const insertValues = (clientId: string, key: NewKey): unknown[] => [
  clientId,
  key.id,
  key.ref,
  key.kind,
  key.name,
  key.secret_hash,
  key.user_pk,
  key.permissions,
  key.device_id,
  key.issued_by,
  key.expires_in,
  key.expires_at ?? null,
];

/** Ends live keys at once, or so many seconds from now unless they end sooner. `ids`: an array, so that each is looked up. */
const ended = (ids: string, overlapS: string): string => `update api_keys k set
              revoked_at = case when ${overlapS} = 0 then clock_timestamp() end,
              expires_at = case when ${overlapS} = 0 then k.expires_at
                                else least(k.expires_at, clock_timestamp() + make_interval(secs => ${overlapS}::float8)) end
         where k.client_id = $1 and k.id = any (${ids}) and ${LIVE} returning k.id`;

/** Live login keys of a user, of one device when named; in key order, as everybody locks them. */
const loginKeys = (userPk: string, deviceId: string): string => `select k.id from api_keys k
        where k.client_id = $1 and k.user_pk = ${userPk} and k.issued_by = 'login' and (${deviceId}::text is null or k.device_id = ${deviceId})
          and ${LIVE}
        order by k.id for update`;

const REPLACE_LOGIN_KEYS = prepared(
  'keys.replace_login_keys',
  `with ending as materialized (${loginKeys('$7', '$13')}), ended as (${ended('array(select id from ending)', '$14')}), k as (${INSERTED})
   select ${COLUMNS}, array(select id::text from ended) as ended from k ${JOINS}`,
);

/** How a key names itself and its client. */
interface KeyRefs {
  client_ref: string;
  ref: string;
}

const REFS = unnest<KeyRefs>()('w', { client_ref: 'text', ref: 'text' }, { ordinality: 'at' });

const BY_REFS = `
  select w.at, k.client_id, k.id, k.kind, k.secret_hash, k.permissions, k.revoked_at is not null as revoked, k.expires_at,
         (extract(epoch from k.expires_at - clock_timestamp()) * 1000)::float8 as expires_in_ms,
         u.user_pk, u.user_id, u.display_name, case when not u.shadow_banned then u.banned_until end as banned_until,
         c.name as client_name, c.slug, c.suspended_at is not null as suspended, c.limits, c.settings, c.settings_rev,
         c.allowed_origins
    from ${REFS.sql}
   cross join lateral (select * from clients where ref = w.client_ref limit 1) c
   cross join lateral (
     select * from api_keys where client_id = c.id and ${exactly('ref', 'w.ref')} order by ref limit 1
   ) k
    left join lateral (
     select * from users where client_id = k.client_id and ${exactly('user_pk', 'k.user_pk')} order by user_pk limit 1
   ) u on true`;

@Injectable()
export class KeysRepository {
  /**
   * Keys are looked up together by connections of their own, which the looks for changes share: where thousands come at once that
   * are cold or in doubt, one by one they would keep those looks waiting, and so every key in doubt.
   */
  private readonly lookups = new Coalescer<KeyRefs, KeyState | null>({
    maxBatch: 100,
    maxWaiting: 20_000,
    maxWaitingPerTenant: 10_000,
    run: (keys) => this.findManyByRefs(keys),
  });

  constructor(private readonly database: Database) {}

  /** The only look-up that doesn't know its tenant: it finds the tenant. */
  findByRefs(clientRef: string, keyRef: string): Promise<KeyState | null> {
    return this.lookups.add(clientRef, { client_ref: clientRef, ref: keyRef });
  }

  private async findManyByRefs(keys: KeyRefs[]): Promise<(KeyState | null)[]> {
    const rows = await this.database.forKeys.query<KeyState & { at: number }>(BY_REFS, REFS.values(keys));
    const found = keys.map((): KeyState | null => null);
    for (const { at, ...row } of rows) found[at - 1] = row;
    return found;
  }

  async insert(tx: Tx, clientId: string, key: NewKey): Promise<KeyRow> {
    const [row] = await tx.query<KeyRow>(INSERT, insertValues(clientId, key));
    return row!;
  }

  /**
   * A login: the key, and the end of the user's earlier login keys (of the device, when named) as {@link end} has it. The
   * user's row is held, so that nobody else makes any meanwhile.
   * @returns the key, and the ids of those ended
   */
  async replaceLoginKeys(
    tx: Tx,
    clientId: string,
    key: NewKey,
    { deviceId, overlapS }: { deviceId: string | null; overlapS: number },
  ): Promise<{ row: KeyRow; ended: string[] }> {
    const [{ ended, ...row }] = (await tx.query<KeyRow & { ended: string[] }>(REPLACE_LOGIN_KEYS, [
      ...insertValues(clientId, key),
      deviceId,
      overlapS,
    ])) as [KeyRow & { ended: string[] }];
    return { row, ended };
  }

  async find(clientId: string, kind: 'master' | 'scoped', id: string): Promise<KeyRow | null> {
    const [row] = await this.database.query<KeyRow>(
      `select ${COLUMNS} from api_keys k ${JOINS}
        where k.client_id = $1 and k.id = $2 and k.kind = $3 and ${LIVE}`,
      [clientId, id, kind],
    );
    return row ?? null;
  }

  /** Live keys of a kind, oldest first; of one user when `userId` (the client's own string) is given. */
  async list(
    clientId: string,
    kind: 'master' | 'scoped',
    { userId, limit, cursor }: { userId?: UserId; limit: number; cursor: Cursor | null },
  ): Promise<KeyRow[]> {
    const backwards = cursor?.direction === 'prev';
    return this.database.query<KeyRow>(
      `select ${COLUMNS} from api_keys k ${JOINS}
        where k.client_id = $1 and k.kind = $2 and ${LIVE}
          and ($3::text is null or u.user_id = $3)
          and ($4::uuid is null or k.id ${backwards ? '<' : '>'} $4)
        order by k.id ${backwards ? 'desc' : 'asc'} limit $5`,
      [clientId, kind, userId ?? null, cursor?.key[0] ?? null, limit + 1],
    );
  }

  /** Holds the client's row, so that changes to its master keys take turns. */
  async lockClient(tx: Tx, clientId: string): Promise<void> {
    await tx.query('select 1 from clients where id = $1 for no key update', [clientId]);
  }

  /** Live master keys that may do everything and don't expire. */
  async lastingMasterKeys(tx: Tx, clientId: string): Promise<string[]> {
    const rows = await tx.manager.find(ApiKeyEntity, {
      select: { id: true },
      where: {
        client_id: clientId,
        kind: 'master',
        permissions: IsNull(),
        expires_at: IsNull(),
        revoked_at: IsNull(),
      },
    });
    return rows.map(({ id }) => id);
  }

  /** @returns the row of a live key, locked */
  async lock(tx: Tx, clientId: string, kind: 'master' | 'scoped', id: string): Promise<KeyRow | null> {
    const [row] = await tx.query<KeyRow>(
      `select ${COLUMNS} from api_keys k ${JOINS}
        where k.client_id = $1 and k.id = $2 and k.kind = $3 and ${LIVE} for update of k`,
      [clientId, id, kind],
    );
    return row ?? null;
  }

  /** Is there such a key, whether it still works or not? */
  async exists(tx: Tx, clientId: string, kind: 'master' | 'scoped', id: string): Promise<boolean> {
    return tx.manager.existsBy(ApiKeyEntity, { client_id: clientId, kind, id });
  }

  /** Ends live keys at once, or with `overlapS` that many seconds from now unless they end sooner. @returns the ids ended */
  async end(tx: Tx, clientId: string, ids: string[], overlapS: number): Promise<string[]> {
    const rows = await tx.query<{ id: string }>(ended('$2::uuid[]', '$3'), [clientId, ids, overlapS]);
    return rows.map(({ id }) => id);
  }

  /** @returns false when it has a successor already */
  async rotated(tx: Tx, clientId: string, id: string): Promise<boolean> {
    const rotated = await tx.execute(
      'update api_keys set rotated_at = clock_timestamp() where client_id = $1 and id = $2 and rotated_at is null',
      [clientId, id],
    );
    return rotated > 0;
  }

  /** Live login keys of a user; of one device when named. Locked in key order. */
  async loginKeysOf(tx: Tx, clientId: string, userPk: UserPk, deviceId: string | null): Promise<string[]> {
    const rows = await tx.query<{ id: string }>(loginKeys('$2', '$3'), [clientId, userPk, deviceId]);
    return rows.map(({ id }) => id);
  }

  /** Live keys of a user, logins' and others: what nodes remember of them holds the user's name. */
  async liveKeysOf(tx: Tx, clientId: string, userPk: UserPk): Promise<string[]> {
    const rows = await tx.query<{ id: string }>(
      `select k.id from api_keys k where k.client_id = $1 and k.user_pk = $2 and ${LIVE}`,
      [clientId, userPk],
    );
    return rows.map(({ id }) => id);
  }

  /** Drops keys that ended long ago, in small bites that hold no lock for long. */
  async prune(): Promise<void> {
    let dropped: number;
    do {
      dropped = await this.database.execute(
        `delete from api_keys where (client_id, id) in (
           select client_id, id from api_keys
            where least(revoked_at, expires_at) < statement_timestamp() - interval '${KEPT_DAYS} days'
            limit ${PRUNED_AT_ONCE})`,
      );
    } while (dropped === PRUNED_AT_ONCE);
  }

  /** Notes that keys were used now, at most once a minute each. */
  async touch(keys: { clientId: string; keyId: string }[]): Promise<void> {
    await this.database.execute(
      `with used as (
         select k.client_id, k.id from api_keys k
           join ${USED.sql} on t.client_id = k.client_id and t.id = k.id
          where k.last_used_at is null or k.last_used_at < clock_timestamp() - interval '1 minute'
          for no key update of k skip locked
       )
       update api_keys k set last_used_at = clock_timestamp() from used u where u.client_id = k.client_id and u.id = k.id`,
      USED.values(keys),
    );
  }
}
