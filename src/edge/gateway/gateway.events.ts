import { defineSessionEvent } from '../../platform/realtime/event.js';
import { SessionDrainingDto, SessionExpiringDto, SessionReadyDto } from './session.dto.js';

export const sessionReady = defineSessionEvent({
  type: 'session.ready',
  body: SessionReadyDto,
  description: 'The first event of a connection: it listens to all its streams now, and here is where they stand.',
});

export const sessionExpiring = defineSessionEvent({
  type: 'session.expiring',
  body: SessionExpiringDto,
  description: "The connection's key expires within a minute: get a new one and send `auth.refresh`.",
});

export const sessionDraining = defineSessionEvent({
  type: 'session.draining',
  body: SessionDrainingDto,
  description: 'The server stops: connect again after the given time, then resume.',
});
