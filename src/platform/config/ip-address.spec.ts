import { isLoopbackAddress, isLoopbackHost, parseIpAddress } from './ip-address.js';

describe('an IP address', () => {
  it.each([
    ['1.2.3.4', '1.2.3.4'],
    ['::ffff:1.2.3.4', '1.2.3.4'],
    ['::FFFF:102:304', '1.2.3.4'],
    ['::1.2.3.4', '::102:304'],
    ['::0.0.0.1', '::1'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['fe80::1%eth0.100', 'fe80::1'],
    ['fe80::1%a-b', 'fe80::1'],
    ['::ffff:1.2.3.4%eth0', '1.2.3.4'],
    ['64:ff9b::1.2.3.4', '64:ff9b::102:304'],
  ])('%s reads %s', (text, expected) => expect(parseIpAddress(text)?.toString()).toBe(expected));

  it.each([
    '', 'localhost', '1.2.3', '127.1', '2130706433', '0x7f000001', '0x7f.0.0.1', '0177.0.0.1', '127.0.0.01', '127.0.0.256',
    ' 127.0.0.1', '127.0.0.1 ', '127.0.0.1%eth0', '127.0.0.1/8', '[::1]', '::1::', '::g', '12345::', '1:2:3:4:5:6:7:8:9',
    '::ffff:0177.0.0.1', '::ffff:127.1', '١٢٧.0.0.1',
  ])('%j is none', (text) => expect(parseIpAddress(text)).toBeNull()); // prettier-ignore
});

describe('loopback', () => {
  const ADDRESSES = ['127.0.0.1', '127.255.0.3', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1', '::ffff:7f00:1'];
  const OTHERS = [
    '128.0.0.1', '126.255.255.255', '0.0.0.0', '10.0.0.1', '::', '::2', '::127.0.0.1', '64:ff9b::127.0.0.1', '2002:7f00:1::',
    '127.1', '0177.0.0.1', '0x7f.0.0.1', '127.0.0.1.example.com', '127.0.0.999', 'localhost.example.com', 'example.com', '',
  ]; // prettier-ignore

  it.each(ADDRESSES)('is %s', (address) => {
    expect(isLoopbackAddress(address)).toBe(true);
    expect(isLoopbackHost(address)).toBe(true);
  });

  it.each(OTHERS)('is not %j', (address) => {
    expect(isLoopbackAddress(address)).toBe(false);
    expect(isLoopbackHost(address)).toBe(false);
  });

  it('may be spelled as a name or in brackets where it is a host, but not as the address of a peer', () => {
    const hosts = ['localhost', 'LocalHost', '[::1]', '[::ffff:127.0.0.1]'];
    expect(hosts.map(isLoopbackHost)).toEqual([true, true, true, true]);
    expect(hosts.map(isLoopbackAddress)).toEqual([false, false, false, false]);
    expect(isLoopbackHost('[example.com]')).toBe(false);
  });
});
