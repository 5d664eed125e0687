import { formIn } from './form-body.js';

const TYPE = 'multipart/form-data; boundary="a b"';
const part = (head: string, content = 'x') => `--a b\r\n${head}\r\n\r\n${content}\r\n`;
const field = (name: string, content?: string) => part(`Content-Disposition: form-data; name="${name}"`, content);
const read = (text: string | Buffer, type = TYPE) => formIn(type, Buffer.from(text as string));

describe('a form', () => {
  it('of several parts has its fields, and its files without what they hold', async () => {
    const form = new FormData();
    form.append('event', 'bounced');
    form.append('tag', 'ä');
    form.append('tag', 'two\r\n--lines');
    form.append('say "it"', '');
    form.append('attachment-1', new Blob([Buffer.from([0, 255, 13, 10])], { type: 'image/png' }), 'a "b".png');
    const made = new Response(form);
    const body = Buffer.from(await made.arrayBuffer());
    expect(formIn(made.headers.get('content-type'), body)).toEqual({
      event: 'bounced',
      tag: ['ä', 'two\r\n--lines'],
      'say "it"': '',
      'attachment-1': { filename: 'a "b".png', content_type: 'image/png', bytes: 4 },
    });
  });

  it('in pairs has them by name', () =>
    expect(read('a=1&b=%C3%BC&a=2', 'application/x-www-form-urlencoded; charset=utf-8')).toEqual({
      a: ['1', '2'],
      b: 'ü',
    }));

  it('may have something before its first part', () =>
    expect(read(`before\r\n${field('a')}--a b--\r\nbehind`)).toEqual({ a: 'x' }));

  it.each([
    ['is cut off', field('a')],
    ['has no end of its head', '--a b\r\nContent-Disposition: form-data; name="a"\r\n--a b--'],
    ['has a part without a name', `${part('Content-Disposition: form-data')}--a b--`],
    ['has a part of another kind', `${part('Content-Type: text/plain')}--a b--`],
    ['has a head that does not end soon', `${part(`X: ${'x'.repeat(9_000)}`)}--a b--`],
    ['has too many parts', `${field('a').repeat(1_001)}--a b--`],
    ['has nothing', ''],
  ])('that %s is none', (_, text) => expect(read(text)).toBeNull());

  it.each([
    'multipart/form-data',
    'multipart/form-data; boundary=',
    `multipart/form-data; boundary=${'x'.repeat(80)}`,
    'text/plain',
  ])('called %s is none', (type) => expect(read(`${field('a')}--a b--`, type)).toBeNull());
});
