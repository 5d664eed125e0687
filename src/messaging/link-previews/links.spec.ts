import { linksOf, parseLink } from './links.js';

describe('links in a text', () => {
  it.each<[text: string | null, links: string[]]>([
    [null, []],
    ['nothing', []],
    ['see http://a.example and HTTPS://B.example/x?y=1#z', ['http://a.example/', 'https://b.example/x?y=1#z']],
    ['http://a.example/1 http://a.example/1', ['http://a.example/1']],
    [
      'Read https://a.example/x. Then (https://a.example/y), "https://a.example/z"!',
      ['https://a.example/x', 'https://a.example/y', 'https://a.example/z'],
    ],
    ['https://a.example/Rock_(music)', ['https://a.example/Rock_(music)']],
    ['[here](https://a.example/x_(y)) **https://b.example/**', ['https://a.example/x_(y)', 'https://b.example/']],
    ["https://a.example/Rubik's_Cube", ["https://a.example/Rubik's_Cube"]],
    ['https://пример.example/путь', ['https://xn--e1afmkfd.example/%D0%BF%D1%83%D1%82%D1%8C']],
    ['见https://a.example/x。', []],
    ['<https://a.example/x> but <a href="https://b.example/">', ['https://b.example/']],
    ['ftp://a.example javascript://a.example xhttp://a.example file:///etc/passwd', []],
    ['https://me:secret@a.example https://me@a.example http:// http://?', []],
    [`https://a.example/${'x'.repeat(2_100)}`, []],
  ])('%s', (text, links) => expect(linksOf(text)).toEqual(links));

  it('are found in time that grows with the text', () => {
    for (const part of ['http', 'http://', 'https://a.example/(', 'https://a/)', ')', 'http://.'.repeat(3)]) {
      const text = part.repeat(100_000);
      const before = process.cpuUsage().user;
      linksOf(text);
      // Seconds of the processor for what takes milliseconds, and would take minutes if it were tried from each place anew.
      expect(process.cpuUsage().user - before).toBeLessThan(20_000_000);
    }
  });

  it('lead nowhere but to the web', () => {
    const base = new URL('https://a.example/b/c');
    expect(parseLink('../d', base)?.href).toBe('https://a.example/d');
    expect(parseLink('//e.example', base)?.href).toBe('https://e.example/');
    for (const no of [
      'file:///etc/passwd',
      'data:text/html,x',
      'javascript:1',
      'gopher://x',
      'https://u:p@x/',
      'http://',
    ])
      expect(parseLink(no, base)).toBeNull();
  });
});
