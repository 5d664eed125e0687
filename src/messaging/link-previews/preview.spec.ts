import { readHead } from './page-head.js';
import { previewOf } from './preview.js';

const LINK = 'https://a.example/page';
const page = (body: string | Buffer, contentType = 'text/html') => ({
  kind: 'html' as const,
  url: new URL('https://b.example/after/redirect'),
  contentType,
  body: Buffer.from(body as string),
});
const preview = (body: string | Buffer, contentType?: string) => previewOf(LINK, page(body, contentType));

describe('the preview of a page', () => {
  it('is what the page says of itself by Open Graph, Twitter or HTML, in this order', () => {
    const [og, twitter, html] = [
      `<meta property="og:title" content="Open &amp; Graph"><meta property=og:description content='d1'>
       <meta property="og:image" content="/i.png"><meta property="og:site_name" content="Site">`,
      `<meta name="twitter:title" content="Twitter"><meta name="twitter:description" content="d2">`,
      `<title>H<!-- no --> &lt;T&gt;
        ML</title><META NAME=Description CONTENT=d3>`,
    ];
    const common = { type: 'link', url: LINK, name: null, size: null, mime_type: null, preview: true };
    expect(preview(`<html><head>${html}${twitter}${og}</head>`)).toEqual({
      ...common,
      title: 'Open & Graph',
      description: 'd1',
      image_url: 'https://b.example/i.png',
      site_name: 'Site',
    });
    expect(preview(html + twitter)).toEqual({ ...common, title: 'Twitter', description: 'd2' });
    expect(preview(html)).toEqual({ ...common, title: 'H<!-- no --> <T> ML', description: 'd3' });
  });

  it('is nothing without a title, and takes nothing from the body, scripts or comments', () => {
    expect(preview('<head><meta name=description content=d></head>')).toBeNull();
    expect(preview('<title> \n&#7;&#x202e; </title>')).toBeNull();
    expect(preview('')).toBeNull();
    expect(preview('<head></head><title>late</title>')).toBeNull();
    expect(preview('<body><title>late</title>')).toBeNull();
    expect(preview('<script>"<title>no</title>"</script><!-- <title>no</title> --><title>yes</title>')?.title).toBe(
      'yes',
    );
    expect(preview('<title>first</title><svg><title>second</title></svg>')?.title).toBe('first');
    expect(preview('<meta property="og:title" content=""><meta property="og:title" content=b content=c>')?.title).toBe(
      'b',
    );
  });

  it('has no controls, no turned direction, no more than fits, and addresses of the web only', () => {
    const shown = preview(`<title>a\u0000\u0007b\u202ec\u2028d ${'😀'.repeat(400)}</title>
      <meta name=description content="${'x '.repeat(2_000)}">
      <meta property="og:site_name" content="${'s'.repeat(101)}"><meta property="og:image" content="javascript:alert(1)">`)!;
    expect(shown.title).toMatch(/^a bc d 😀+…$/u);
    expect(Array.from(shown.title!)).toHaveLength(300);
    expect(shown.description!.length).toBeLessThanOrEqual(1_000);
    expect(shown.site_name).toHaveLength(100);
    expect(shown).not.toHaveProperty('image_url');
    for (const image of [
      'https://u:p@x.example/i',
      'data:image/png;base64,x',
      `https://x.example/${'i'.repeat(2_100)}`,
      '//',
    ])
      expect(preview(`<title>t</title><meta property="og:image" content="${image}">`)).not.toHaveProperty('image_url');
    expect(preview('<title>&#xD800;&#x110000;\ud800</title>')?.title!.isWellFormed()).toBe(true);
  });

  it.each<[string, Buffer, string | undefined]>([
    ['a header', Buffer.from([0xcf, 0xf0, 0xe8]), 'text/html; Charset="windows-1251"'],
    ['itself', Buffer.from([0xcf, 0xf0, 0xe8]), undefined],
    ['its mark', Buffer.from('\ufeffПри', 'utf16le'), 'text/html; charset=windows-1251'],
    ['nobody', Buffer.from('При'), 'text/html; charset=none-such'],
  ])('is read in the charset that is said by %s', (by, title, contentType) => {
    const [start, end] = [by === 'itself' ? '<meta charset=windows-1251><title>' : '<title>', '</title>'];
    const of = (text: string) => Buffer.from(text, by === 'its mark' ? 'utf16le' : 'latin1');
    const [mark, rest] = by === 'its mark' ? [title.subarray(0, 2), title.subarray(2)] : [Buffer.alloc(0), title];
    expect(preview(Buffer.concat([mark, of(start), rest, of(end)]), contentType)?.title).toBe('При');
  });

  it('takes an older way to say the charset', () => {
    const html = '<meta http-equiv=content-type content="text/html; charset=windows-1251"><title>\xcf</title>';
    expect(preview(Buffer.from(html, 'latin1'))?.title).toBe('П');
  });

  it.each([
    '<',
    '<a',
    '<a>',
    '</b>',
    '<a '.repeat(9),
    '<a b=',
    '<meta content="',
    '<meta property=og:title content=',
    '<meta a b c',
    '<title>',
    '<title></titl',
    '<!--',
    '<!-- -',
    '<![CDATA[',
    '&',
    '&#',
    '&#x1',
    '&amp',
    '<svg><title>&lt',
    '<script></scrip',
    '\u0000',
  ])('is looked for in time that grows with the page: %s', (part) => {
    // Once as it comes, once with all of it open when the other half comes to close it.
    const many = part.repeat(Math.ceil(256_000 / part.length));
    const before = process.cpuUsage().user;
    readHead(many);
    readHead(many.slice(0, 128_000) + '</z>'.repeat(32_000));
    expect(process.cpuUsage().user - before).toBeLessThan(20_000_000);
  });
});
