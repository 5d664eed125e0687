import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { sharedApp, type TestApp } from '../support/app.js';
import { operationsOf } from '../support/routes.js';

const NIL_UUID = '00000000-0000-0000-0000-000000000000';

describe('the API reference', () => {
  let app: TestApp;
  let document: any;

  beforeAll(async () => {
    app = await sharedApp();
    document = (await app.request('GET', '/openapi.json')).body;
  });

  afterAll(() => app.stop());

  const operations = () =>
    Object.entries<any>(document.paths).flatMap(([path, methods]) =>
      Object.entries<any>(methods).map(([method, operation]) => ({ name: `${method} ${path}`, ...operation })),
    );
  const named = (wrong: { name: string }[]) => wrong.map(({ name }) => name);

  it.each(['openapi.json', 'asyncapi.json'])(
    'is %s of docs/api (else: npm run api), so that changes show',
    async (name) => {
      const committed = readFileSync(join(__dirname, '../../docs/api', name), 'utf8');
      const { body } = await app.request('GET', `/${name}`);
      expect(body).toEqual(JSON.parse(committed));
    },
  );

  it('is a valid OpenAPI 3.1 document', async () => {
    expect(document.openapi).toBe('3.1.0');
    const { valid, errors } = await new Validator().validate(structuredClone(document));
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
  });

  it('says of each operation what it does, who may call it and what comes back', () => {
    const all = operations();
    expect(named(all.filter(({ summary }) => !summary))).toEqual([]);
    expect(named(all.filter((operation) => !operation['x-access']))).toEqual([]);
    expect(
      named(all.filter((operation) => (operation['x-access'] === 'public') === Boolean(operation.security))),
    ).toEqual([]);
    const withoutProblems = all.filter(
      ({ responses }) => !Object.keys(responses).some((status) => /^[45]/.test(status)),
    );
    expect(named(withoutProblems)).toEqual([]);
    expect(new Set(all.map(({ operationId }) => operationId)).size).toBe(all.length);
  });

  it('gives every JSON body and every answer a schema and an example', () => {
    const wrong = operations().filter(({ requestBody, responses }) => {
      const bodies = [requestBody, ...Object.values<any>(responses)].flatMap((one) =>
        Object.values<any>(one?.content ?? {}),
      );
      const silent = Object.entries<any>(responses).some(
        ([status, response]) => status.startsWith('2') && status !== '204' && !response.content,
      );
      return silent || bodies.some(({ schema, example, examples }) => !schema || (example ?? examples) === undefined);
    });
    expect(named(wrong)).toEqual([]);
  });

  it('gives examples of bodies that the application takes', async () => {
    const { key } = await app.client();
    const withBody = operationsOf(document).filter(({ example }) => example && !Array.isArray(example));
    expect(withBody.length).toBeGreaterThan(5);
    const wrong: unknown[] = [];
    for (const { name, method, path, access, example } of withBody) {
      // Refused for this one field only, so that nothing is done.
      const body = { ...(example as object), no_such_field: 1 };
      const answer = await app.request(method, `/${path.replaceAll(/\{\w+\}/g, NIL_UUID)}`, {
        key: access === 'admin' ? app.admin().key : key,
        body,
      });
      const faults = answer.body.errors?.map(({ field }: { field: string }) => field).join();
      if (answer.status !== 422 || faults !== 'no_such_field') wrong.push([name, answer.body]);
    }
    expect(wrong).toEqual([]);
  });

  it('describes every tag and every parameter', () => {
    expect(document.tags.filter((tag: any) => !tag.description)).toEqual([]);
    const wrong = operationsOf(document).filter(({ parameters }) =>
      parameters.some((parameter: any) => !parameter.description || !parameter.schema),
    );
    expect(named(wrong)).toEqual([]);
  });

  it('takes limit and cursor wherever the answer is a page of a list', () => {
    const lists = operations().filter(
      ({ name, responses }) =>
        name.startsWith('get ') && responses?.['200']?.content?.['application/json']?.schema?.properties?.page,
    );
    expect(lists.length).toBeGreaterThan(30);
    const takes = (operation: any) => operation.parameters?.map(({ name }: any) => name) ?? [];
    // Messages page by their numbers: before_seq and after_seq.
    const wrong = lists.filter((list: any) => {
      const names = takes(list);
      return !names.includes('limit') || !(names.includes('cursor') || names.includes('before_seq'));
    });
    expect(named(wrong)).toEqual([]);
  });

  it('has calls in its pages that say what their bodies are, without which they are refused', () => {
    const dir = join(__dirname, '../../docs');
    const pages = readdirSync(dir).filter((name) => name.endsWith('.md'));
    const calls = ['../README.md', ...pages].flatMap((page) =>
      readFileSync(join(dir, page), 'utf8')
        .split(/^```$/m)
        .flatMap((part) => part.split(/^(?=curl )/m).slice(1))
        .map((text) => ({ name: `${page}: ${text.split('\n')[0]}`, text })),
    );
    // What a shell works out within a call has options of its own: `date -d`.
    const withBody = calls.filter(({ text }) => /\s(-d|--data(-\w+)?)\s/.test(text.replace(/\$\([^)]*\)/g, '')));
    expect(withBody.length).toBeGreaterThan(20);
    expect(named(withBody.filter(({ text }) => !/content-type: *[a-z]/i.test(text)))).toEqual([]);
  });

  it.each(['//docs', '//docs/', '//redoc'])('%s is a page that needs nothing from elsewhere', async (path) => {
    const { status, headers, body } = await app.request('GET', path);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain('text/html');
    const policy = headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toMatch(/https?:/);
    const links = [...body.matchAll(/(?:src|href)="([^"]+)"/g)]
      .map(([, link]) => link)
      .filter((link) => link !== 'data:,');
    expect(links.length).toBeGreaterThan(1);
    for (const link of links) {
      expect(link).toMatch(/^\/(docs|redoc)\//);
      expect((await app.request('GET', `/${link}`)).status).toBe(200);
    }
  });

  it('has a reference that asks no host of others', async () => {
    const { status, body } = await app.request('GET', '//redoc/assets/redoc.standalone.js');
    expect([status, body.includes('cdn.redoc.ly')]).toEqual([200, false]);
  });

  it('hands out the files of its pages only', async () => {
    for (const path of [
      '//docs/assets/package.json',
      '//docs/assets/..%2fpackage.json',
      '//redoc/assets/%2e%2e/LICENSE',
    ]) {
      expect((await app.request('GET', path)).status).toBe(404);
    }
  });
});
