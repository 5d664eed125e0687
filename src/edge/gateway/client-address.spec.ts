import type { TrustProxy } from '../../platform/config/config.parsers.js';
import { addressReader } from './client-address.js';

const seen = (trust: TrustProxy, forwarded?: string): string =>
  addressReader(trust)({ address: '10.0.0.1', headers: { 'x-forwarded-for': forwarded } });

describe('the address of a connection', () => {
  it.each<[string, TrustProxy, string | undefined, string]>([
    ['is the peer when no proxy is trusted', false, '1.1.1.1', '10.0.0.1'],
    ['is the peer when nothing was forwarded', true, undefined, '10.0.0.1'],
    ['is the farthest when all are trusted', true, '1.1.1.1, 2.2.2.2', '1.1.1.1'],
    ['is that before as many proxies as are trusted', 1, '1.1.1.1, 2.2.2.2', '2.2.2.2'],
    ['is that before the proxies named', ['10.0.0.0/8', '2.2.2.2'], '1.1.1.1, 2.2.2.2', '1.1.1.1'],
    ['is the peer when it is none of the proxies named', ['192.168.0.1'], '1.1.1.1', '10.0.0.1'],
  ])('%s', (_, trust, forwarded, address) => {
    expect(seen(trust, forwarded)).toBe(address);
  });
});
