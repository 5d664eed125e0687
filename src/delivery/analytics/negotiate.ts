import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import accepts from 'accepts';
import type { FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import type { Request } from '../../tenancy/access/request.js';
import { columnsOf, toCsv } from './csv.js';

/** What the caller accepts, as a controller's parameter. */
export const Accept = createParamDecorator(
  (_: unknown, context: ExecutionContext): string | undefined =>
    context.switchToHttp().getRequest<FastifyRequest>().headers.accept,
);

/** Does a caller who accepts this want CSV? By weight (RFC 9110, 12.5.1); of equal ones what comes first in the list wins. */
export function wantsCsv(accept: string | undefined): boolean {
  const asked = { headers: { accept: accept && withoutParameters(accept) } } as IncomingMessage;
  return accepts(asked).type(['application/json', 'text/csv']) === 'text/csv';
}

/** But for weights: there is one form of each, whatever charset is named. */
const withoutParameters = (accept: string): string =>
  accept
    .split(',')
    .map((range) =>
      range
        .split(';')
        .filter((part, at) => at === 0 || /^\s*q\s*=/i.test(part))
        .join(';'),
    )
    .join(',');

/** The answer itself, or its rows as CSV to who accepts that. @param columns of an answer that may have no rows */
export function negotiate<T>(
  request: Request,
  accept: string | undefined,
  answer: T,
  rows: object[],
  columns: string[] = [],
): T | string {
  request.headers = { ...request.headers, vary: 'Accept' };
  if (!wantsCsv(accept)) return answer;
  request.headers['content-type'] = 'text/csv; charset=utf-8';
  return toCsv(rows, rows.length > 0 ? columnsOf(rows) : columns);
}
