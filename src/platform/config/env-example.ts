import type { Key } from './config.key.js';
import { settingKeys } from './config.keys.js';
import { firstVersionKeys } from './first-version.keys.js';
import { limitKeys } from './limits.keys.js';

/** The text of .env.example: every key, its default, one line why. `node scripts/run.mjs cli.js env-example` prints it. */
export function envExample(): string {
  return [
    '# Every setting of ChatAPI with its default. Copy to .env and uncomment what you change;',
    '# variables of the environment win over the file.\n',
    list(Object.values(settingKeys)),
    '# --- Sizes and counts that requests are held to ---\n',
    list(Object.values(limitKeys)),
    '# --- Mail settings of the first version, understood where DEFAULT_PROVIDERS is not set ---\n',
    list(Object.values(firstVersionKeys)),
    '# --- Only for docker compose, not read by ChatAPI ---\n',
    list(COMPOSE),
  ].join('\n');
}

type Entry = Pick<Key<unknown>, 'name' | 'default' | 'why'>;

const list = (entries: Entry[]): string =>
  entries.map(({ name, default: value, why }) => `# ${why}\n# ${name}=${value}\n`).join('\n');

const COMPOSE: Entry[] = [
  {
    name: 'POSTGRES_PASSWORD',
    default: '',
    why: 'Of the PostgreSQL container, required (make one with: openssl rand -hex 24).',
  },
  { name: 'HTTP_ADDRESS', default: '127.0.0.1', why: 'Address of the host that the API is published on.' },
  { name: 'HTTP_PORT', default: '8000', why: 'Port of the host that the API is published on.' },
];
