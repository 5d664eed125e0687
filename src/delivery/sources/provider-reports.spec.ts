import type { InboundEvent } from './inbound-effects.js';
import { ProviderReports } from './provider-reports.js';

const eventOf = (template: string) => ({ client_id: 'c', template, payload: { n: 1 } }) as InboundEvent;

describe('what comes to the source of a provider', () => {
  it.each([
    [1, [{ rule_id: null, action: 'provider_event' }]],
    [0, []],
  ])('goes to who keeps the deliveries, and is on record when %s of them was meant', async (matched, recorded) => {
    const [reports, record, applyPayload] = [new ProviderReports(), jest.fn(), jest.fn(async () => ({ matched }))];
    reports.register({ applyPayload });
    const progress = { results: [], record, save: async () => undefined };
    await reports.run(eventOf('github'), progress);
    expect(applyPayload).not.toHaveBeenCalled();
    await reports.run(eventOf('mailgun'), progress);
    expect(applyPayload.mock.calls).toEqual([['c', 'mailgun', { n: 1 }]]);
    expect(record.mock.calls.flat()).toEqual(recorded);
  });

  it('is worked on also when nobody takes it', async () => {
    const record = jest.fn();
    await new ProviderReports().run(eventOf('mailgun'), { results: [], record, save: async () => undefined });
    expect(record).not.toHaveBeenCalled();
  });
});
