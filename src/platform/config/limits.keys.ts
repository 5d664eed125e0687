import { count, key } from './config.key.js';
import { integer } from './config.parsers.js';

const bytes = integer(1_024, 1_073_741_824);

/** Sizes, counts and rates that requests are held to, known to validation and to the documents of the API. */
export const limitKeys = {
  body_bytes: key('MAX_BODY_BYTES', '1048576', 'Largest request body.', bytes),
  notification_body_bytes: key(
    'MAX_NOTIFICATION_BODY_BYTES',
    '20971520',
    'Largest body of a notification, with attachments.',
    bytes,
  ),
  inbound_body_bytes: key('MAX_INBOUND_BODY_BYTES', '26214400', 'Largest body sent to an inbound webhook.', bytes),
  inbound_per_source_per_minute: key(
    'INBOUND_PER_SOURCE_PER_MINUTE',
    '6000',
    'Requests to one inbound webhook per address and minute, then 429.',
    count,
  ),
  inbound_refused_per_minute: key(
    'INBOUND_REFUSED_PER_MINUTE',
    '60',
    'As many of those whose signature is wrong.',
    count,
  ),
  inbound_unknown_per_minute: key(
    'INBOUND_UNKNOWN_PER_MINUTE',
    '600',
    'Requests per address and minute to inbound webhooks that are not there, then 429.',
    count,
  ),
  large_bodies: key('MAX_LARGE_BODIES', '16', 'Bodies beyond MAX_BODY_BYTES in hand at once, per process.', count),
  large_bodies_per_client: key('MAX_LARGE_BODIES_PER_CLIENT', '4', 'As many of one client.', count),
  recipients: key('MAX_RECIPIENTS', '1000', 'Recipients of one notification.', count),
  deliveries: key('MAX_DELIVERIES', '5000', 'Deliveries that one notification may make.', count),
  content_chars: key('MAX_CONTENT_CHARS', '10000', "Unicode code points in a message's content.", count),
  name_chars: key('MAX_NAME_CHARS', '255', 'Unicode code points in a name.', integer(1, 10_000)),
  metadata_bytes: key('MAX_METADATA_BYTES', '16384', 'Bytes of metadata as JSON.', integer(2, 1_048_576)),
  user_id_chars: key('MAX_USER_ID_CHARS', '255', 'Unicode code points in a user_id.', integer(1, 1_000)),
  room_members: key('MAX_ROOM_MEMBERS', '5000', 'Ceiling of max_members of a room.', integer(2, 100_000)),
  page: key('MAX_PAGE', '100', 'Largest limit of a list; who asks for none gets 50.', integer(50, 1_000)),
  idempotency_key_chars: key('MAX_IDEMPOTENCY_KEY_CHARS', '255', 'Length of an Idempotency-Key.', integer(1, 1_000)),
  path_param_chars: key('MAX_PATH_PARAM_CHARS', '4096', 'Length of a path parameter.', integer(255, 16_384)),
  resume_rooms: key(
    'MAX_RESUME_ROOMS',
    '200',
    'Rooms in one answer of sync.resume and in session.ready.',
    integer(1, 10_000),
  ),
  resume_events: key('MAX_RESUME_EVENTS', '1000', 'Events in one answer of sync.resume.', integer(1, 100_000)),
  resume_events_per_stream: key(
    'MAX_RESUME_EVENTS_PER_STREAM',
    '300',
    'Events of one stream in sync.resume.',
    integer(1, 10_000),
  ),
  resume_bytes: key('MAX_RESUME_BYTES', '1048576', 'Bytes of one answer of sync.resume.', bytes),
  tags: key('MAX_TAGS', '20', 'Tags of a notification.', integer(1, 1_000)),
  attachments: key('MAX_ATTACHMENTS', '20', 'Attachments of a message or an email.', integer(1, 1_000)),
  presence_subscriptions: key(
    'MAX_PRESENCE_SUBSCRIPTIONS',
    '500',
    'People whose presence one connection hears of.',
    integer(1, 10_000),
  ),
  messages_per_user_per_minute: key(
    'MESSAGES_PER_USER_PER_MINUTE',
    '600',
    "Messages sent, edited or scheduled per user and minute, unless the client's own limits say otherwise.",
    count,
  ),
  reactions_per_user_per_minute: key(
    'REACTIONS_PER_USER_PER_MINUTE',
    '600',
    'As many of reactions added or taken back.',
    count,
  ),
  typing_per_user_per_minute: key('TYPING_PER_USER_PER_MINUTE', '300', 'As many of typing starts and stops.', count),
  pings_per_user_per_minute: key('PINGS_PER_USER_PER_MINUTE', '600', 'As many of the event ping.', count),
  sockets_per_user: key('SOCKETS_PER_USER', '100', 'Connections open at once per user, over all nodes.', count),
  sockets_per_client: key(
    'SOCKETS_PER_CLIENT',
    '100000',
    'Connections open at once of all users of a client.',
    integer(1, 10_000_000),
  ),
};
