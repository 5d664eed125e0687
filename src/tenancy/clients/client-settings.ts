import { addField, fieldsLater } from '../../platform/common/field-registry.js';
import type { ClientSettings } from '../access/caller.js';
import { ClientSettingsDto } from './clients.dto.js';

/** What a client may set for itself, as the feature that it is of declares it. */
export interface ClientSetting<T> {
  /** In `settings` of the client. */
  readonly name: string;
  /** What holds when the client has not set it. */
  readonly default: T;
  /** What holds for a client. */
  of(settings: ClientSettings): T;
}

interface Declaration<T> {
  /** The field decorator of `settings.<name>`, optional and nullable; left out, a route of its own sets it. */
  field?: PropertyDecorator;
  default: T;
}

const declared: { name: string; setting: ClientSetting<unknown>; field: PropertyDecorator | undefined }[] = [];

/**
 * Declares a setting of clients, in the folder of its feature: `PATCH /clients/me {settings}` takes it, the client shows it,
 * null clears it. Requests carry their client's settings: `SETTING.of(caller.settings)`.
 * @throws Error for a second one of this name
 */
export function clientSetting<T>(name: string, { field, default: fallback }: Declaration<T>): ClientSetting<T> {
  if (declared.some((one) => one.name === name)) throw new Error(`There are two settings of clients named ${name}.`);
  const setting: ClientSetting<T> = {
    name,
    default: fallback,
    of: (settings) => (settings[name] === undefined ? fallback : (settings[name] as T)),
  };
  declared.push({ name, setting, field });
  return setting;
}

fieldsLater(() => {
  for (const { name, field } of declared) if (field) addField(ClientSettingsDto, name, field);
});

/** What a client's own description shows: every setting that its PATCH takes, as it holds. */
export const shownSettings = (settings: ClientSettings): ClientSettingsDto =>
  Object.fromEntries(
    declared.flatMap(({ name, setting, field }) => (field ? [[name, setting.of(settings)]] : [])),
  ) as ClientSettingsDto;
