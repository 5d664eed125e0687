import { createServer, type AddressInfo } from 'node:net';
import { AddressGuard, BlockedAddressError, isAllowedAddress } from './address-guard.js';

const INSIDE = [
  '0.0.0.0', '0.1.2.3', '10.0.0.1', '100.64.0.1', '100.127.255.255', '127.0.0.1', '127.255.0.3', '169.254.169.254',
  '172.16.0.1', '172.31.255.255', '192.0.0.170', '192.168.1.1', '198.18.0.1', '198.19.255.255', '224.0.0.1',
  '239.255.255.255', '255.255.255.255', '::', '::1', 'fc00::1', 'fdff::1', 'fe80::1', 'fe80::1%eth0', 'fec0::1', 'ff02::1',
  '::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:169.254.169.254', '::ffff:0:10.0.0.1', '::10.0.0.1', '::7f00:1',
  '64:ff9b::127.0.0.1', '64:ff9b::a9fe:a9fe', '64:ff9b:1::10.0.0.1', '64:ff9b:1:a00:0:100:808:808', '2002:7f00:1::', '2002:a9fe:a9fe::1',
  '2001:0:4136:e378:8000:63bf:3fff:fdd2', '2001:db8::1', '100::1',
]; // prettier-ignore
const OUTSIDE = [
  '1.1.1.1', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '172.15.0.1', '172.32.0.1', '192.167.0.1',
  '198.17.0.1', '198.20.0.1', '223.255.255.255', '2606:4700::1111', '::ffff:1.1.1.1', '64:ff9b::8.8.8.8', '2002:808:808::1',
]; // prettier-ignore

describe('addresses that tenants name', () => {
  it.each(INSIDE)('refuses %s', (address) => expect(isAllowedAddress(address, 'false')).toBe(false));
  it.each(OUTSIDE)('allows %s', (address) => expect(isAllowedAddress(address, 'false')).toBe(true));
  it.each(['localhost', '', '1.2.3', '::g'])('refuses what is no address: %j', (address) =>
    expect(isAllowedAddress(address, 'loopback')).toBe(false),
  );

  it.each([
    '0177.0.0.1', '0x7f.0.0.1', '0x7f000001', '2130706433', '127.1', '127.0.1', '127.0.0.01', '0', '010.8.8.8', '::ffff:0177.0.0.1',
    '::ffff:127.1', '[::1]', '127.0.0.1%eth0', ' 127.0.0.1', '8.8.8.8 ', '8.8.8.8\n127.0.0.1', '8.8.8.8/0', '8.8.8.8:80', '١.1.1.1',
  ])('refuses %j, which others may read as an address', (address) => {
    expect(isAllowedAddress(address, 'false')).toBe(false);
    expect(isAllowedAddress(address, 'loopback')).toBe(false);
  }); // prettier-ignore

  it.each([
    '::FFFF:AC10:1', '0:0:0:0:0:ffff:a00:1', '0000:0000:0000:0000:0000:ffff:0a00:0001', '::ffff:10.0.0.1%eth0', '::ffff:a9fe:a9fe%eth0.100',
    '0::10.0.0.1', '::0a00:0001', '::ffff:0:a9fe:a9fe', '64:FF9B::A00:1', '64:ff9b:0:0:0:0:10.0.0.1', '2002:A00:1::1', '2002:c0a8:0101:ffff::%a-b',
    'FE80::1', 'fe80::1%a-b', 'FC00::', '0:0:0:0:0:0:0:0', '::0.0.0.0', '::ffff:0.0.0.0', '::ffff:255.255.255.255', 'FF02::FB',
  ])('refuses %s however it is spelled', (address) => {
    expect(isAllowedAddress(address, 'false')).toBe(false);
    expect(isAllowedAddress(address, 'loopback')).toBe(false);
  }); // prettier-ignore

  it('opens loopback, and nothing else, with the policy loopback', () => {
    const opened = INSIDE.filter((address) => isAllowedAddress(address, 'loopback'));
    expect(opened).toEqual([
      '127.0.0.1', '127.255.0.3', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1', '::7f00:1', '64:ff9b::127.0.0.1', '2002:7f00:1::',
    ]); // prettier-ignore
  });

  it('opens everything with the policy true', () => {
    expect(INSIDE.every((address) => isAllowedAddress(address, 'true'))).toBe(true);
  });
});

describe('AddressGuard', () => {
  const resolving = (...addresses: string[]) =>
    new AddressGuard('false', (_host, _options, done) =>
      done(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      ),
    );
  const lookup = (guard: AddressGuard) =>
    new Promise((resolve, reject) =>
      guard.lookup('example.test', { all: true }, (error, found) => (error ? reject(error) : resolve(found))),
    );

  it('leaves out the private ones of several addresses', async () => {
    await expect(lookup(resolving('10.0.0.1', '1.1.1.1', '::1'))).resolves.toEqual([{ address: '1.1.1.1', family: 4 }]);
  });

  it('refuses a name that resolves to private addresses only', async () => {
    await expect(lookup(resolving('127.0.0.1', '::ffff:10.0.0.1'))).rejects.toThrow(BlockedAddressError);
  });

  it.each(['127.0.0.1', '[::1]', '[::ffff:7f00:1]', '169.254.169.254'])('refuses the literal %s', async (host) => {
    await expect(new AddressGuard('false').connect(host, 80, 100)).rejects.toThrow(BlockedAddressError);
  });

  it.each(['0177.0.0.1', '0x7f.1', '2130706433', '127.1'])(
    'leaves %s to the resolver, and refuses what the resolver makes of it',
    async (host) => {
      const asked: string[] = [];
      const guard = new AddressGuard('false', (name, _options, done) => {
        asked.push(name);
        done(null, [{ address: '127.0.0.1', family: 4 }]);
      });
      await expect(guard.connect(host, 80, 100)).rejects.toThrow(BlockedAddressError);
      expect(asked).toEqual([host]);
    },
  );

  it('refuses at connect time what an earlier answer allowed', async () => {
    const answers = ['1.1.1.1', '127.0.0.1'];
    const guard = new AddressGuard('false', (_host, _options, done) =>
      done(null, [{ address: answers.shift()!, family: 4 }]),
    );
    await lookup(guard);
    await expect(guard.connect('rebinding.test', 80, 100)).rejects.toThrow(BlockedAddressError);
  });

  it('connects where the policy allows it', async () => {
    const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const socket = await new AddressGuard('loopback').connect(
      '127.0.0.1',
      (server.address() as AddressInfo).port,
      1_000,
    );
    expect(socket.remoteAddress).toBe('127.0.0.1');
    socket.destroy();
    server.close();
  });
});
