import type { Running } from './start.js';

/** What a person at the terminal is told when the application is ready. */
export function welcome({ config, url }: Running): string[] {
  const address = url.replace(/\/\/(0\.0\.0\.0|\[::\])/, '//localhost');
  const lines = [
    `ChatAPI is ready at ${address}`,
    `  API reference  ${address}/docs`,
    `  Socket.IO      ${address}/sockets`,
    `  Health         ${address}/health`,
  ];
  if (config.dataDir !== undefined)
    lines.push(`  Data           ${config.dataDir} (the admin key is in admin-api-key)`);
  if (config.egressAllowPrivate !== 'false') {
    lines.push(
      `  Note           tenants may name ${config.egressAllowPrivate === 'true' ? 'private' : 'loopback'} addresses (EGRESS_ALLOW_PRIVATE)`,
    );
  }
  return lines;
}
