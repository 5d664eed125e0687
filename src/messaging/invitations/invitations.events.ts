import { defineEvent } from '../../platform/realtime/event.js';
import { InviteDto } from './invites.dto.js';
import { JoinRequestDto } from './join-requests.dto.js';

const ofUser = { stream: 'user', audience: 'everybody', durable: true, hydrated: true } as const;
const INVITE_BODY = 'Its status is that of the moment; the code of a link is in no event.';

export const inviteCreated = defineEvent({
  ...ofUser,
  type: 'invite.created',
  body: InviteDto,
  description: `The user was invited into a room, or made a link. ${INVITE_BODY}`,
});

export const inviteAccepted = defineEvent({
  ...ofUser,
  type: 'invite.accepted',
  body: InviteDto,
  description: `An invitation was accepted, or somebody came by a link: the actor. Told to who was invited and who invited. ${INVITE_BODY}`,
});

export const inviteDeclined = defineEvent({
  ...ofUser,
  type: 'invite.declined',
  body: InviteDto,
  description: `An invitation was declined. Told to who was invited and who invited. ${INVITE_BODY}`,
});

export const inviteRevoked = defineEvent({
  ...ofUser,
  type: 'invite.revoked',
  body: InviteDto,
  description: `An invitation or a link was revoked. Told to who was invited and who invited. ${INVITE_BODY}`,
});

const REQUEST_BODY = 'Told to who asks and to those who decide. Its status is that of the moment.';

export const joinRequestCreated = defineEvent({
  ...ofUser,
  type: 'join_request.created',
  body: JoinRequestDto,
  description: `Somebody asks to join a room. ${REQUEST_BODY}`,
});

export const joinRequestApproved = defineEvent({
  ...ofUser,
  type: 'join_request.approved',
  body: JoinRequestDto,
  description: `Somebody who asked to join a room was let in. ${REQUEST_BODY}`,
});

export const joinRequestRejected = defineEvent({
  ...ofUser,
  type: 'join_request.rejected',
  body: JoinRequestDto,
  description: `Somebody who asked to join a room was not let in. ${REQUEST_BODY}`,
});
