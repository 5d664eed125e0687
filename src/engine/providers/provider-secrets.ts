import { KeyRing } from '../../platform/common/key-ring.js';
import type { FieldError } from '../../platform/common/problem.js';
import { sealedColumns } from '../../platform/database/sealed-columns.js';
import type { ProviderDescriptor } from './provider.js';
import type { ProviderEntity } from './provider.entity.js';

type Settings = Record<string, unknown>;
type Secrets = Pick<ProviderDescriptor, 'secretFields'>;

const contextOf = (clientId: string, id: string): string => `provider:${clientId}:${id}`;

sealedColumns({
  table: 'providers',
  key: { client_id: 'uuid', id: 'uuid' },
  columns: ['config'],
  context: ({ client_id, id }) => contextOf(String(client_id), String(id)),
});

export const seal = (keys: KeyRing, clientId: string, id: string, config: object): string =>
  keys.encrypt(JSON.stringify(config), contextOf(clientId, id));

export const unseal = (keys: KeyRing, row: ProviderEntity): object =>
  JSON.parse(keys.decrypt(row.config, contextOf(row.client_id, row.id))) as object;

/** A secret that was left out keeps its stored value, where the object that holds it is there still. */
export function keepSecrets<T extends object>({ secretFields }: Secrets, next: T, stored: object | null): T {
  const kept = structuredClone({ ...next }) as Settings;
  for (const path of secretFields) {
    const [found, name] = [holderOf(kept, path), lastOf(path)];
    const before = stored === null ? undefined : holderOf(stored as Settings, path)?.[name];
    if (found && found[name] === undefined && before !== undefined) found[name] = before;
  }
  return kept as T;
}

/** Settings of a provider: as they were sent, as they are to be, and as they are stored. */
interface ChangeOfSettings {
  sent: object;
  next: object;
  stored: object;
}

/**
 * What is wrong with a change by which a stored secret would go elsewhere: who may change a provider must not learn its
 * secrets by naming a server of their own.
 * @param at the path of the settings, for the fields of the errors
 */
export function movedSecrets(
  { secretsGoTo = {} }: Pick<ProviderDescriptor, 'secretsGoTo'>,
  { sent, next, stored }: ChangeOfSettings,
  at: string,
): FieldError[] {
  return Object.entries(secretsGoTo).flatMap(([secret, places]) => {
    if (valueAt(stored, secret) === undefined || valueAt(sent, secret) !== undefined) return [];
    const changed = places.filter((place) => valueAt(next, place) !== valueAt(stored, place));
    if (changed.length === 0) return [];
    const because = `${changed.join(' and ')} ${changed.length === 1 ? 'changes' : 'change'}`;
    const message = `is needed again, because ${because}: send it, or null in a PATCH to remove it`;
    return [{ field: `${at}.${secret}`, message }];
  });
}

export function withoutSecrets({ secretFields }: Secrets, config: object): object {
  const shown = structuredClone(config) as Settings;
  for (const path of secretFields) delete holderOf(shown, path)?.[lastOf(path)];
  return shown;
}

const lastOf = (path: string): string => path.slice(path.lastIndexOf('.') + 1);

const valueAt = (settings: object, path: string): unknown => holderOf(settings as Settings, path)?.[lastOf(path)];

/** The object that holds what the path names. */
function holderOf(settings: Settings, path: string): Settings | undefined {
  let holder: unknown = settings;
  for (const name of path.split('.').slice(0, -1)) holder = (holder as Settings | null | undefined)?.[name];
  return typeof holder === 'object' && holder !== null ? (holder as Settings) : undefined;
}
