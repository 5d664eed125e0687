import { Injectable } from '@nestjs/common';
import { SocketEvent, type SocketRequest } from '../../tenancy/access/socket-event.js';
import { ResumeAnswerDto, ResumeDto } from './sync.dto.js';
import { SyncService } from './sync.service.js';

/** Catching up over the connection that the live events come by. */
@Injectable()
export class SyncSocket {
  constructor(private readonly sync: SyncService) {}

  @SocketEvent({
    name: 'sync.resume',
    description:
      'Everything that was missed since these positions, or a clear no for each stream where that cannot be told.',
    access: 'key',
    dto: ResumeDto,
    answer: ResumeAnswerDto,
    reads: true,
  })
  resume({ caller, dto }: SocketRequest<ResumeDto>): Promise<ResumeAnswerDto> {
    return this.sync.resume(caller, dto);
  }
}
