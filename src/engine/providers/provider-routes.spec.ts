import { KeyRing } from '../../platform/common/key-ring.js';
import type { ClientsService } from '../../tenancy/clients/clients.service.js';
import type { Config } from '../../platform/config/config.js';
import type { DefaultProviders } from './default-providers.js';
import { ProviderRoutes } from './provider-routes.js';
import { ProviderRegistry } from './provider.registry.js';
import { webhookBuiltIn } from './webhook/webhook.provider.js';
import type { ProvidersRepository } from './providers.repository.js';

/** Routes of webhooks, which ask for nothing but the client's secrets. */
function routesOf(active: (clientId: string) => Promise<string[]>) {
  const registry = new ProviderRegistry({ egressAllowPrivate: 'false' } as Config);
  registry.register(webhookBuiltIn(active));
  const [repository, defaults, keys, clients] = [{}, {}, {}, {}];
  return new ProviderRoutes(
    repository as ProvidersRepository,
    registry,
    defaults as DefaultProviders,
    keys as KeyRing,
    clients as ClientsService,
  );
}

describe('remembered routes', () => {
  afterEach(() => jest.restoreAllMocks());

  it('are read once for all who ask at once, and again after five seconds', async () => {
    const now = jest.spyOn(performance, 'now').mockReturnValue(1_000);
    const active = jest.fn(() => Promise.resolve(['whsec_AAAA']));
    const routes = routesOf(active);
    await Promise.all([routes.of('c', 'webhook'), routes.of('c', 'webhook')]);
    now.mockReturnValue(5_999);
    await routes.of('c', 'webhook');
    expect(active).toHaveBeenCalledTimes(1);
    now.mockReturnValue(6_001);
    await routes.of('c', 'webhook');
    expect(active).toHaveBeenCalledTimes(2);
  });

  it('are not remembered when they could not be read', async () => {
    const active = jest.fn().mockRejectedValueOnce(new Error('away')).mockResolvedValue([]);
    const routes = routesOf(active);
    await expect(routes.of('c', 'webhook')).rejects.toThrow('away');
    await expect(routes.of('c', 'webhook')).resolves.toMatchObject({ routes: [{ name: 'webhook' }] });
  });

  it('are forgotten for one client', async () => {
    const active = jest.fn(() => Promise.resolve([]));
    const routes = routesOf(active);
    for (const client of ['c', 'd']) await routes.of(client, 'webhook');
    routes.forget('c');
    for (const client of ['c', 'd']) await routes.of(client, 'webhook');
    expect(active.mock.calls).toEqual([['c'], ['d'], ['c']]);
  });
});
