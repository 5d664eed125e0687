import { createHmac, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { until } from './until.js';

export interface MailgunMessage {
  domain: string;
  id: string;
  /** Every field of the form but files, in order. */
  fields: [string, string][];
  files: { field: string; name: string; type: string; bytes: Buffer }[];
  /** By recipient. */
  variables: Record<string, Record<string, unknown>>;
  to: string[];
}

/** `taken`: the mail was taken all the same. */
type Answer =
  | { status: number; body?: unknown; headers?: Record<string, string>; taken?: true }
  | 'reset'
  | 'hang'
  | 'reset-early'
  | 'taken-and-reset';

interface StoredEvent extends Record<string, unknown> {
  event: string;
  timestamp: number;
}

/** What a field may be called: https://documentation.mailgun.com, Messages, POST /v3/{domain_name}/messages. */
const FIELDS =
  /^(from|to|cc|bcc|subject|text|html|recipient-variables|attachment|inline|o:(tag|testmode|tracking|tracking-opens|tracking-clicks)|h:[A-Za-z0-9-]+|v:[\w-]+)$/;

/** What its events may be asked by: the same manual, Events, GET /v3/{domain_name}/events. */
const QUERY: Record<string, RegExp> = {
  begin: /^\d{10}$/,
  end: /^\d{10}$/,
  ascending: /^(yes|no)$/,
  limit: /^([1-9]|[1-9]\d|[12]\d\d|300)$/,
  event: /^[a-z]+( OR [a-z]+)*$/,
  'message-id': /^[^<>\s]+@[^<>\s]+$/,
  recipient: /^\S+@\S+$/,
};

/**
 * Mailgun's API as its manual says it is, on a free loopback port: it takes what is written to the letter, and answers
 * what is not as Mailgun does (a JSON body with `message`).
 */
export class MailgunServer {
  readonly key = 'key-0123456789abcdef';
  readonly domain = 'mg.example.com';
  readonly signingKey = 'signing-key-of-the-tests';
  readonly messages: MailgunMessage[] = [];
  /** Every request, as `METHOD path`. */
  readonly requests: string[] = [];
  /** Every first page of events that was asked for, as it was asked. */
  readonly asked: Record<string, string>[] = [];
  readonly events: StoredEvent[] = [];
  pageSize = 300;
  /** Of what is taken meanwhile, the events don't show up. */
  eventsAreLate = false;
  private readonly late: StoredEvent[] = [];
  private readonly answers: Answer[] = [];
  private readonly answersOfEvents: Answer[] = [];
  private readonly badAddresses = new Set<string>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<MailgunServer> {
    const server = createServer((request, response) => {
      mailgun.answer(request, response).catch((error: Error) => {
        say(response, 500, { message: error.message });
      });
    });
    const mailgun = new MailgunServer(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return mailgun;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get config() {
    return { api_key: this.key, domain: this.domain, region: 'us' as const, base_url: this.url };
  }

  /** The next request for a message gets this instead. */
  answerWith(answer: Answer): void {
    this.answers.push(answer);
  }

  /** The next request for events gets this instead. */
  answerEventsWith(answer: Answer): void {
    this.answersOfEvents.push(answer);
  }

  /** The events that were late are there now. */
  showEvents(): void {
    this.eventsAreLate = false;
    this.events.push(...this.late.splice(0));
  }

  /** A request that has this one among its recipients is refused whole. */
  refuse(address: string): void {
    this.badAddresses.add(address);
  }

  forget(): void {
    for (const list of [this.messages, this.requests, this.events, this.late, this.asked]) list.length = 0;
    for (const list of [this.answers, this.answersOfEvents]) list.length = 0;
    this.eventsAreLate = false;
    this.badAddresses.clear();
    this.pageSize = 300;
  }

  waitFor(count: number): Promise<unknown> {
    return until(`${count} requests for messages`, async () => this.messages.length >= count);
  }

  /** An event of a message that was taken, as its API and its webhooks tell it. */
  event(event: string, recipient: string, messageId: string, more: object = {}): StoredEvent {
    const made: StoredEvent = {
      event,
      id: randomBytes(12).toString('base64url'),
      timestamp: Date.now() / 1_000,
      recipient,
      'recipient-domain': recipient.split('@')[1],
      message: { headers: { 'message-id': messageId.replace(/^<|>$/g, ''), to: recipient } },
      'user-variables': {},
      tags: [],
      ...more,
    };
    (this.eventsAreLate ? this.late : this.events).push(made);
    return made;
  }

  /** The body of a webhook about it. */
  webhook(event: object, { key = this.signingKey, timestamp = Math.floor(Date.now() / 1_000) } = {}): string {
    const token = randomBytes(25).toString('hex');
    const signature = createHmac('sha256', key).update(`${timestamp}${token}`).digest('hex');
    return JSON.stringify({ signature: { timestamp: String(timestamp), token, signature }, 'event-data': event });
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    this.requests.push(`${request.method} ${url.pathname}`);
    const planned = this.plannedFor(url);
    if (planned === 'reset-early') return void request.socket.resetAndDestroy();
    const body = await read(request);
    if (planned === 'reset') return void request.socket.resetAndDestroy();
    if (planned === 'hang') return;
    if (planned === 'taken-and-reset' || (planned && planned.taken)) {
      const [status] = await this.take(url, request, body);
      if (status !== 200) throw new Error('it was to be taken');
      if (planned === 'taken-and-reset') return void request.socket.resetAndDestroy();
    }
    if (planned) return say(response, planned.status, planned.body ?? {}, planned.headers);
    if (request.headers.authorization !== `Basic ${Buffer.from(`api:${this.key}`).toString('base64')}`)
      return say(response, 401, 'Forbidden');
    if (request.method === 'POST') return say(response, ...(await this.take(url, request, body)));
    return this.get(url, response);
  }

  private plannedFor({ pathname }: URL): Answer | undefined {
    if (pathname.endsWith('/messages')) return this.answers.shift();
    return pathname.includes('/events') ? this.answersOfEvents.shift() : undefined;
  }

  private get(url: URL, response: ServerResponse): void {
    if (url.pathname === `/v4/domains/${this.domain}` || url.pathname === `/v3/domains/${this.domain}`)
      return say(response, 200, { domain: { name: this.domain, state: 'active' } });
    const [, domain, token] = /^\/v3\/([^/]+)\/events(?:\/([^/]+))?$/.exec(url.pathname) ?? [];
    if (domain !== this.domain) return say(response, 404, { message: 'Not Found' });
    const asked = token ? readToken(token) : { query: Object.fromEntries(url.searchParams), from: 0 };
    const fault = token ? (url.search === '' ? null : 'a page is asked for by its token alone') : faultOf(asked.query);
    if (!asked || fault) return say(response, 400, { message: fault ?? 'bad page' });
    if (!token) this.asked.push(asked.query);
    const items = this.events
      .filter((event) => fits(event, asked.query))
      .toSorted((a, b) => a.timestamp - b.timestamp)
      .slice(asked.from, asked.from + Math.min(this.pageSize, Number(asked.query.limit)));
    const next = Buffer.from(JSON.stringify({ query: asked.query, from: asked.from + items.length }));
    say(response, 200, {
      items,
      paging: { next: `https://api.mailgun.net/v3/${this.domain}/events/${next.toString('base64url')}` },
    });
  }

  private async take(url: URL, request: IncomingMessage, body: Buffer): Promise<[status: number, body: unknown]> {
    if (url.pathname !== `/v3/${this.domain}/messages`)
      return [404, { message: `Domain not found: ${url.pathname.split('/')[2]}` }];
    const type = request.headers['content-type'] ?? '';
    if (!type.startsWith('multipart/form-data; boundary=')) return [400, { message: `bad type ${type}` }];
    const form = await new Response(body, { headers: { 'content-type': type } }).formData();
    const message: MailgunMessage = {
      domain: this.domain,
      id: '',
      fields: [],
      files: [],
      variables: {},
      to: [],
    };
    for (const [name, value] of form) {
      if (!FIELDS.test(name)) return [400, { message: `unknown parameter ${name}` }];
      if (typeof value === 'string') message.fields.push([name, value]);
      else
        message.files.push({
          field: name,
          name: value.name,
          type: value.type,
          bytes: Buffer.from(await value.arrayBuffer()),
        });
    }
    const fault = this.read(message);
    if (fault) return [400, { message: fault }];
    message.id = valueOf(message, 'h:Message-Id') ?? `<${randomBytes(8).toString('hex')}@${this.domain}>`;
    this.messages.push(message);
    for (const recipient of [...message.to, ...valuesOf(message, 'cc'), ...valuesOf(message, 'bcc')])
      this.event('accepted', addressIn(recipient), message.id, { 'user-variables': variablesFor(message, recipient) });
    return [200, { id: message.id, message: 'Queued. Thank you.' }];
  }

  /** @returns what Mailgun would say is wrong */
  private read(message: MailgunMessage): string | null {
    if (!/\S+@\S+/.test(valueOf(message, 'from') ?? ''))
      return "'from' parameter is not a valid address. please check documentation";
    message.to = message.fields.filter(([name]) => name === 'to').map(([, value]) => value);
    if (message.to.length === 0) return "'to' parameter is missing";
    const bad = message.to.find((address) => !/^\S+@\S+$/.test(address) || this.badAddresses.has(address));
    if (bad !== undefined) return "'to' parameter is not a valid address. please check documentation";
    if (message.to.length > 1_000) return 'too many recipients';
    if (!valueOf(message, 'subject')) return "'subject' parameter is missing";
    if (!valueOf(message, 'text') && !valueOf(message, 'html'))
      return "Need at least one of 'text' or 'html' parameters specified";
    const variables = valueOf(message, 'recipient-variables');
    if (message.to.length > 1 && variables === undefined) return 'recipients would see each other';
    message.variables = JSON.parse(variables ?? '{}') as MailgunMessage['variables'];
    if (variables !== undefined && !message.to.every((address) => address in message.variables))
      return 'recipient-variables lack a recipient';
    const named = message.fields.flatMap(([, value]) => [...value.matchAll(VARIABLE)].map(([, name]) => name!));
    const lacking = named.find((name) => message.to.some((address) => !(name in (message.variables[address] ?? {}))));
    return lacking === undefined ? null : `recipient-variables lack ${lacking}`;
  }
}

const addressIn = (written: string): string => /<([^>]+)>$/.exec(written)?.[1] ?? written;

/** Of each `v:` field, as this recipient's mail has it: recipient variables are put in. */
const variablesFor = ({ fields, variables }: MailgunMessage, recipient: string): Record<string, string> =>
  Object.fromEntries(
    fields.flatMap(([name, value]) => {
      if (!name.startsWith('v:')) return [];
      const filled = value.replaceAll(/%recipient\.(\w+)%/g, (as, key: string) =>
        String(variables[recipient]?.[key] ?? as),
      );
      return [[name.slice(2), filled]];
    }),
  );

interface AskedEvents {
  query: Record<string, string>;
  from: number;
}

const readToken = (token: string): AskedEvents => JSON.parse(Buffer.from(token, 'base64url').toString()) as AskedEvents;

/** @returns what Mailgun would say is wrong */
function faultOf(query: Record<string, string>): string | null {
  const bad = Object.entries(query).find(([name, value]) => !QUERY[name]?.test(value));
  if (bad) return `bad parameter ${bad.join('=')}`;
  return query.begin && (query.end || query.ascending) ? null : 'a range has a begin, and an end or a direction';
}

function fits(event: StoredEvent, { begin, end, event: kinds, 'message-id': id, recipient }: Record<string, string>) {
  const message = event.message as { headers: Record<string, string> };
  return (
    event.timestamp >= Number(begin) &&
    event.timestamp <= Number(end ?? Infinity) &&
    (kinds === undefined || kinds.split(' OR ').includes(event.event)) &&
    (id === undefined || message.headers['message-id'] === id) &&
    (recipient === undefined || event.recipient === recipient)
  );
}

/** User manual, Batch sending: `%recipient.yourkey%`, wherever it stands in the message. */
const VARIABLE = /%recipient\.([\w-]+)%/g;

/** The headers of the mail that one recipient of a batch gets: with the recipient's own variables. */
export const headersFor = ({ fields, variables }: MailgunMessage, recipient: string): Record<string, string> =>
  Object.fromEntries(
    fields.flatMap(([field, value]) =>
      field.startsWith('h:')
        ? [[field.slice(2), value.replaceAll(VARIABLE, (_, name: string) => String(variables[recipient]![name]))]]
        : [],
    ),
  );

export const valueOf = ({ fields }: MailgunMessage, name: string): string | undefined =>
  fields.find(([field]) => field === name)?.[1];

export const valuesOf = ({ fields }: MailgunMessage, name: string): string[] =>
  fields.filter(([field]) => field === name).map(([, value]) => value);

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function say(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const type = typeof body === 'string' ? 'text/plain' : 'application/json';
  response.writeHead(status, { 'content-type': type, ...headers }).end(text);
}
