import { Body, Controller, Headers, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { request } from 'node:http';
import { configureHttp, createAdapter } from '../../platform/common/http.js';
import { ProblemFilter } from '../../platform/common/problem.filter.js';
import { RawBody } from '../../platform/common/raw-body.js';
import { limits } from '../../platform/config/limits.js';
import { ValidationPipe } from '../../platform/common/validation.js';
import { Route } from './route.js';

const LIMIT = limits.metadata_bytes;

@Controller()
class HooksController {
  @Post('raw')
  @Route({ summary: 'Raw', access: 'public', rawBody: true, bodyBytes: 'metadata_bytes' })
  raw(@RawBody() bytes: Buffer): object {
    return { hex: bytes.toString('hex'), isBuffer: Buffer.isBuffer(bytes) };
  }

  @Post('typed')
  @Route({ summary: 'Typed', access: 'public', rawBody: true })
  typed(@RawBody() bytes: Buffer, @Headers('content-type') type: string): object {
    return { bytes: bytes.length, type };
  }

  @Post('parsed')
  @Route({ summary: 'Parsed', access: 'public' })
  parsed(@Body() body: unknown, @RawBody() bytes: Buffer): object {
    return { body, bytes: bytes.length };
  }
}

@Module({ controllers: [HooksController] })
class HooksModule {}

describe('a route with rawBody', () => {
  let app: NestFastifyApplication;
  let url: string;
  const post = async (path: string, body: Uint8Array | string, type?: string) => {
    const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    const answer = await fetch(url + path, { method: 'POST', headers, body: new Blob([new Uint8Array(bytes)]) });
    return { status: answer.status, body: (await answer.json()) as any };
  };

  beforeAll(async () => {
    app = await NestFactory.create<NestFastifyApplication>(HooksModule, createAdapter(false), {
      logger: false,
      bodyParser: false,
    });
    configureHttp(app);
    app.useGlobalFilters(new ProblemFilter());
    app.useGlobalPipes(new ValidationPipe());
    await app.listen(0, '127.0.0.1');
    url = `${await app.getUrl()}/`;
  });
  afterAll(() => app.close());

  const bytes = Buffer.from([0, 0xff, 0xfe, 0x80, 0x0a, 0x7b]);
  it.each([
    ['JSON, with its white space', Buffer.from('{ "a" :1 }\n'), 'application/json'],
    ['what says JSON and is none', bytes, 'application/json; charset=utf-8'],
    ['a form', Buffer.from('a=1&b=%20'), 'application/x-www-form-urlencoded'],
    ['any bytes', bytes, 'application/octet-stream'],
    ['bytes without a type', bytes, undefined],
  ])('gives the exact bytes of %s', async (_, body, type) => {
    expect(await post('raw', body, type)).toEqual({
      status: 200,
      body: { hex: body.toString('hex'), isBuffer: true },
    });
  });

  it.each(['json', 'text', 'a/b/c', 'application/json, text/plain', 'multipart/form-data', 'text/plain; charset="x'])(
    'takes what is called %s, and leaves its name',
    async (type) => {
      expect(await post('typed', '{"a":1}', type)).toEqual({ status: 200, body: { bytes: 7, type } });
      const { status, body } = await post('parsed', '{"a":1}', type);
      expect([status, body.code]).toEqual([415, 'unsupported_media_type']);
    },
  );

  it('gives no bytes where none were sent', async () => {
    expect((await post('raw', '', 'application/json')).body).toEqual({ hex: '', isBuffer: true });
  });

  it('refuses more than the route takes, however it is sent', async () => {
    expect((await post('raw', Buffer.alloc(LIMIT), 'text/plain')).status).toBe(200);
    expect((await post('raw', Buffer.alloc(LIMIT + 1), 'text/plain')).body.code).toBe('too_large');
    const chunked = await new Promise<number | undefined>((resolve, reject) => {
      const sent = request(`${url}raw`, { method: 'POST', headers: { 'content-type': 'text/plain' } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      sent.on('error', reject);
      sent.write(Buffer.alloc(LIMIT));
      sent.end(Buffer.alloc(10));
    });
    expect(chunked).toBe(413);
  });

  it('leaves other routes as they are', async () => {
    expect(await post('parsed', '{"a":1}', 'application/json')).toEqual({
      status: 200,
      body: { body: { a: 1 }, bytes: 0 },
    });
    expect((await post('parsed', 'a=1', 'application/x-www-form-urlencoded')).body.code).toBe('unsupported_media_type');
    expect((await post('parsed', '{', 'application/json')).body.code).toBe('malformed_json');
    expect((await post('nowhere', 'a=1', 'text/plain')).body.code).toBe('not_found');
  });
});
