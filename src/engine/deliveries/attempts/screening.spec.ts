import { newId, timeOfId } from '../../../platform/common/ids.js';
import type { SuspendedClients } from '../../../tenancy/clients/suspended-clients.js';
import type { ProviderRegistry } from '../../providers/provider.registry.js';
import type { SuppressionList } from '../../suppressions/suppression-list.js';
import type { UnsubscribeLinks } from '../../suppressions/unsubscribe-links.js';
import type { DeliveriesService } from '../deliveries.service.js';
import type { AttemptVerdict, ClaimedDelivery } from '../delivery.js';
import { isLater, Screening } from './screening.js';

function screeningWith(now: () => Promise<ReadonlySet<string>>) {
  const verdicts: AttemptVerdict[] = [];
  const screening = new Screening(
    {} as SuppressionList,
    { findChannel: () => undefined } as unknown as ProviderRegistry,
    {
      settle: async ({ verdict }: { verdict: AttemptVerdict }) => verdicts.push(verdict),
    } as unknown as DeliveriesService,
    {} as UnsubscribeLinks,
    { now } as SuspendedClients,
  );
  const screen = (...claimed: Partial<ClaimedDelivery>[]) =>
    screening.screen(claimed as ClaimedDelivery[], () => undefined);
  return { screen, verdicts };
}

it('asks nothing where there is nothing to be sent', async () => {
  const now = jest.fn(() => Promise.reject(new Error('away')));
  expect(await screeningWith(now).screen()).toEqual([]);
  expect(now).not.toHaveBeenCalled();
});

it('looks less and less often at what a suspended client has waiting', async () => {
  const { screen, verdicts } = screeningWith(async () => new Set(['c']));
  for (const holds of [0, 1, 4, 5, 1_000])
    await screen({ id: newId(), client_id: 'c', attempt_count: 1, resend_of: null, holds, content: null });
  expect(verdicts.map(({ status, reason, delayMs }) => [status, reason, delayMs! / 1_000])).toEqual(
    [30, 60, 480, 900, 900].map((s) => ['held', 'client_suspended', s]),
  );
});

it('asks again about what does not go as soon as it is accepted', () => {
  const first = { id: newId(), attempt_count: 1, resend_of: null, holds: 0 };
  const accepted = timeOfId(first.id).getTime();
  expect(isLater(first, accepted + 1_000)).toBe(false);
  expect(isLater(first, accepted + 61_000)).toBe(true);
  expect(isLater(first, accepted - 61_000)).toBe(true);
  expect(isLater({ ...first, attempt_count: 2 }, accepted)).toBe(true);
  expect(isLater({ ...first, holds: 1 }, accepted)).toBe(true);
  expect(isLater({ ...first, resend_of: newId() }, accepted)).toBe(true);
});
