import { Injectable, Module, type Type } from '@nestjs/common';
import { DiscoveryModule, NestFactory } from '@nestjs/core';
import { Text } from '../../platform/common/fields.js';
import { SocketEvent, type SocketRequest } from './socket-event.js';
import { SocketEvents, socketEventsOf } from './socket-events.js';

class AskDto {
  @Text({ max: 10 })
  question: string;
}

class AnswerDto {
  @Text({ max: 10 })
  answer: string;
}

class OtherDto {
  other: number;
}

const asked = { description: 'Asks.', access: 'key', dto: AskDto, answer: AnswerDto } as const;

@Injectable()
class OraclesSocket {
  private readonly said = 'yes';

  @SocketEvent({ ...asked, name: 'oracle.ask' })
  ask({ dto }: SocketRequest<AskDto>): AnswerDto {
    return { answer: `${dto.question} ${this.said}` };
  }
}

@Injectable()
class RivalsSocket {
  @SocketEvent({ ...asked, name: 'oracle.ask' })
  ask(): AnswerDto {
    return { answer: 'no' };
  }
}

async function tableOf(...providers: Type[]): Promise<SocketEvents> {
  @Module({ imports: [DiscoveryModule], providers: [SocketEvents, ...providers] })
  class Whole {}
  const app = await NestFactory.createApplicationContext(Whole, { logger: false, abortOnError: false });
  return app.get(SocketEvents);
}

describe('the table of events up', () => {
  it('has the methods of providers that declare one, bound to their provider', async () => {
    const events = await tableOf(OraclesSocket);
    const event = events.find('oracle.ask')!;
    expect(event).toMatchObject({ name: 'oracle.ask', access: 'key', dto: AskDto, answer: AnswerDto });
    expect(event.run({ dto: { question: 'well?' } } as SocketRequest)).toEqual({ answer: 'well? yes' });
    expect(socketEventsOf([OraclesSocket])).toEqual([expect.objectContaining({ name: 'oracle.ask', dto: AskDto })]);
  });

  it('finds nothing under a name that nobody serves, whatever it is', async () => {
    const events = await tableOf(OraclesSocket);
    for (const name of ['no.such', '__proto__', 'constructor', '', 7, null, undefined, {}]) {
      expect(events.find(name)).toBeUndefined();
    }
  });

  it('ends the start where two handlers serve one name', async () => {
    await expect(tableOf(OraclesSocket, RivalsSocket)).rejects.toThrow('oracle.ask');
  });
});

// Compiled, never run.
export class Refused {
  // @ts-expect-error without access
  @SocketEvent({ name: 'a', description: 'A.', dto: AskDto, answer: AnswerDto })
  withoutAccess(): AnswerDto {
    return { answer: '' };
  }

  // @ts-expect-error without a DTO
  @SocketEvent({ name: 'a', description: 'A.', access: 'key', answer: AnswerDto })
  withoutDto(): AnswerDto {
    return { answer: '' };
  }

  // @ts-expect-error without an answer
  @SocketEvent({ name: 'a', description: 'A.', access: 'key', dto: AskDto })
  withoutAnswer(): AnswerDto {
    return { answer: '' };
  }

  // @ts-expect-error nobody's permission
  @SocketEvent({ ...asked, name: 'a', access: 'everything' })
  withUnknownAccess(): AnswerDto {
    return { answer: '' };
  }
}

export class Mismatched {
  // @ts-expect-error another DTO than declared
  @SocketEvent({ ...asked, name: 'a' })
  takesAnother({ dto }: SocketRequest<OtherDto>): AnswerDto {
    return { answer: String(dto.other) };
  }

  // @ts-expect-error another answer than declared
  @SocketEvent({ ...asked, name: 'a' })
  answersAnother(): OtherDto {
    return { other: 1 };
  }
}
