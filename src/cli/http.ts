import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';

export interface Request {
  method: string;
  headers: Record<string, string>;
  body?: string | undefined;
  signal: AbortSignal;
}

type Send = (url: string, options: RequestOptions, answered: (answer: IncomingMessage) => void) => ClientRequest;

/**
 * One request, by Node's own HTTP: loading `fetch` would take a command longer than most of them take altogether.
 * Redirects are not followed, so that no key goes where nobody has sent it.
 * @returns the answer, whose body is still to be read; the signal ends that, too
 */
export async function request(url: string, { method, headers, body, signal }: Request): Promise<IncomingMessage> {
  const { request: send }: { request: Send } = url.startsWith('https:')
    ? await import('node:https')
    : await import('node:http');
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const asked = send(url, { method, headers: { ...headers, ...length }, signal }, resolve);
    asked.on('error', reject);
    asked.end(body);
  });
}

export async function textOf(answer: IncomingMessage): Promise<string> {
  answer.setEncoding('utf8');
  let text = '';
  for await (const chunk of answer) text += chunk as string;
  return text;
}
