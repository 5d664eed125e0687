import type { MessageDto } from './messages.dto.js';

declare module '../../platform/realtime/catalogue.js' {
  interface EventCatalogue {
    /** Without `me` and `deduplicated`. */
    'message.created': MessageDto;
  }
}
