import { existsSync, statSync } from 'node:fs';
import { serverUser } from '../../config/data-dir.js';
import type { ServerUser } from '../../config/data-dir.js';
import { StartFailure } from '../../config/failure.js';

/** As whom to run the server: PostgreSQL insists on the owner of its files. */
export function ownerOf(pgData: string): ServerUser | undefined {
  const newOwner = serverUser();
  if (!existsSync(pgData) || process.getuid === undefined) return newOwner;
  const { uid, gid } = statSync(pgData);
  if (newOwner && uid === 0) {
    throw new StartFailure(
      `${pgData} belongs to root, whom PostgreSQL refuses. Give it back: chown -R nobody ${pgData}`,
    );
  }
  if (newOwner) return { uid, gid };
  if (uid === process.getuid()) return undefined;
  throw new StartFailure(
    `${pgData} belongs to another user (uid ${uid}). Start ChatAPI as that user or as root, or give it its own CHATAPI_DATA_DIR.`,
  );
}
