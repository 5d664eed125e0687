import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { logger } from './platform/common/logger.js';
import { isLoopbackHost } from './platform/config/ip-address.js';
import { DEMO_KEY_FILE, firstSteps, makeDemoClient } from './edge/operations/demo-client.js';
import { BOARD_PATH } from './edge/operations/queue-board.js';
import type { Running } from './start.js';

/**
 * What a person at the terminal is told when embedded mode is ready. The first start makes a demo client and shows its
 * key; later ones say where it is kept.
 */
export async function welcome({ app, config, url }: Running): Promise<string[]> {
  const address = url.replace(/\/\/(0\.0\.0\.0|\[::\])/, '//localhost');
  const demo = await makeDemoClient(app, config).catch((error: unknown) => {
    logger.error({ err: error }, 'The demo client could not be made.');
    return null;
  });
  const { dataDir = '', egressAllowPrivate } = config;
  const adminKeyFile = join(dataDir, 'admin-api-key');
  const lines = [
    `ChatAPI is ready at ${address}`,
    // The development login is for loopback only.
    ...(isLoopbackHost(config.host) ? [`  Chat           ${address}/chat (open it twice, and talk to yourself)`] : []),
    `  Console        ${address}/console`,
    `  API            ${address}/api/v1`,
    `  API reference  ${address}/docs and ${address}/redoc`,
    `  Socket.IO      ${address}/sockets`,
    `  Mailbox        ${address}/api/v1/dev/mailbox`,
    `  Queues         ${address}${BOARD_PATH} (any user name; password: the admin key)`,
    `  Health         ${address}/health`,
    `  Data           ${dataDir}`,
    `  Admin key      ${isKept(config.adminApiKey, adminKeyFile) ? `in ${adminKeyFile}` : 'as set in ADMIN_API_KEY'}`,
    `  Demo client    ${demo ? `master key ${demo.masterKey}, kept` : 'master key'} in ${join(dataDir, DEMO_KEY_FILE)}`,
  ];
  if (egressAllowPrivate !== 'false') {
    lines.push(
      `  Note           tenants may name ${egressAllowPrivate === 'true' ? 'private' : 'loopback'} addresses (EGRESS_ALLOW_PRIVATE)`,
    );
  }
  if (demo)
    lines.push('', 'Try it: log in a user, send a message, send a notification.', '', ...firstSteps(address, demo), '');
  return lines;
}

const isKept = (secret: string, file: string): boolean =>
  existsSync(file) && readFileSync(file, 'utf8').trim() === secret;
