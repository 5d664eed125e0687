import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

/** Thrown before the handler to answer in its place: what was asked for has been done. */
export class Answered {
  constructor(
    readonly status: number,
    readonly body: object,
  ) {}
}

@Catch(Answered)
export class AnsweredFilter implements ExceptionFilter<Answered> {
  catch({ status, body }: Answered, host: ArgumentsHost): void {
    void host.switchToHttp().getResponse<FastifyReply>().status(status).send(body);
  }
}
