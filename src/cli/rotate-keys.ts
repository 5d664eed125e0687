import { KeyRing } from '../platform/common/key-ring.js';
import type { Config } from '../platform/config/config.js';
import { StartFailure } from '../platform/config/failure.js';
import { Database } from '../platform/database/database.js';
import { rotateKeys, type RotatedColumn } from '../platform/database/key-rotation.js';
import { allSealedColumns } from '../platform/database/sealed-columns.js';
import { NIL_UUID } from '../tenancy/access/caller.js';
import { AuditRepository } from '../tenancy/audit/audit.repository.js';

/**
 * Encrypts all secrets with the first of ENCRYPTION_KEYS, while the service runs.
 * @throws StartFailure when some could not be
 */
export async function rotateAllKeys(config: Config, say: (line: string) => void): Promise<void> {
  const database = await Database.connect(config);
  try {
    const ring = new KeyRing([...config.encryptionKeys]);
    const results = await rotateKeys(database, ring, allSealedColumns());
    for (const { table, column, rotated } of results) say(`${table}.${column}: ${rotated} encrypted anew`);
    await record(database, config, results);
    const wrong = results.filter(({ unreadable, left }) => unreadable + left > 0);
    if (wrong.length > 0) throw new StartFailure([...wrong.map(faultOf), ADVICE].join('\n'));
    say(`Everything is encrypted with the key ${config.encryptionKeys[0]!.id}: the others may leave ENCRYPTION_KEYS.`);
  } finally {
    await database.close();
  }
}

const faultOf = ({ table, column, unreadable, left }: RotatedColumn): string =>
  `${table}.${column}: ${unreadable} cannot be decrypted with ENCRYPTION_KEYS, ${left} are written with an older key again and again`;

const ADVICE =
  'Keep every key in ENCRYPTION_KEYS. Add the ones that are missing, restart the processes that run with other keys, and run this again.';

async function record(database: Database, config: Config, results: RotatedColumn[]): Promise<void> {
  await database.transaction(async (tx) =>
    new AuditRepository(database).add(tx, {
      client_id: NIL_UUID,
      actor: { type: 'system', id: null },
      action: 'encryption_keys.rotate',
      subject: config.encryptionKeys[0]!.id,
      after: { columns: results },
      ip: null,
    }),
  );
}
