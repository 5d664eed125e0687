import { DELIVERY_RECIPES } from './trigger-delivery-recipes.js';
import type { Recipe } from './trigger-stage.js';

/** Later than whatever comes before it takes. */
const LATER_MS = 3_600_000;

/** Ahead of the server's clock still when it gets there. */
const SOON_MS = 5_000;

const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();

/** What can be made to happen, by the type of the event. Nothing is pretended: each takes the routes that an app takes. */
export const RECIPES: Record<string, Recipe> = {
  'message.created': { how: 'a message is sent', make: (stage) => stage.message() },
  'message.updated': {
    how: 'a message is edited',
    make: async (stage) => stage.as(stage.alice).patch(await stage.message(), { content: 'Edited.' }),
  },
  'message.deleted': {
    how: 'a message is deleted for all',
    make: async (stage) => stage.as(stage.alice).delete(await stage.message()),
  },
  'message.hidden': {
    how: 'a message is deleted for one reader',
    make: async (stage) => stage.as(stage.bob).delete(await stage.message(), { for: 'me' }),
  },
  'reaction.added': {
    how: 'somebody reacts to a message',
    make: async (stage) => stage.as(stage.bob).put(`${await stage.message()}/reactions/👍`, {}),
  },
  'reaction.removed': {
    how: 'a reaction is taken back',
    make: async (stage) => {
      const reaction = `${await stage.message()}/reactions/👍`;
      await stage.as(stage.bob).put(reaction, {});
      return stage.as(stage.bob).delete(reaction);
    },
  },
  'thread.subscribed': {
    how: 'a user follows a thread',
    make: async (stage) => stage.as(stage.bob).put(`${await stage.message()}/subscription`, {}),
  },
  'thread.unsubscribed': {
    how: 'a user no longer follows a thread',
    make: async (stage) => {
      const subscription = `${await stage.message()}/subscription`;
      await stage.as(stage.bob).put(subscription, {});
      return stage.as(stage.bob).delete(subscription);
    },
  },
  'room.created': { how: 'a room is made', make: (stage) => stage.newRoom() },
  'room.added': { how: 'a user gets into a room', make: (stage) => stage.newRoom() },
  'room.updated': {
    how: 'a room is renamed',
    make: async (stage) =>
      stage.api.patch(await stage.path(), { description: `Changed at ${new Date().toISOString()}` }),
  },
  'room.deactivated': {
    how: 'a room is deactivated',
    make: async (stage) => stage.api.post(`/rooms/${(await stage.newRoom()).id}/deactivate`),
  },
  'room.reactivated': {
    how: 'a deactivated room is activated',
    make: async (stage) => {
      const { id } = await stage.newRoom();
      await stage.api.post(`/rooms/${id}/deactivate`);
      return stage.api.post(`/rooms/${id}/activate`);
    },
  },
  'room.archived': {
    how: 'a room is archived',
    make: async (stage) => stage.api.post(`/rooms/${(await stage.newRoom()).id}/archive`),
  },
  'room.deleted': {
    how: 'a room is deleted',
    make: async (stage) => stage.api.delete(`/rooms/${(await stage.newRoom()).id}`),
  },
  'room.truncated': {
    how: 'the messages of a new room are taken away',
    make: async (stage) => {
      const { id } = await stage.newRoom();
      await stage.as(stage.alice).post(`/rooms/${id}/messages`, { content: 'It goes again.' });
      return stage.as(stage.alice).post(`/rooms/${id}/truncate`, { before_seq: 2 });
    },
  },
  'scheduled_message.failed': {
    how: 'the sender of a scheduled message leaves before its time',
    make: async (stage) => {
      const room = `/rooms/${(await stage.newRoom()).id}`;
      const body = { content: 'Too late.', send_at: inMs(LATER_MS) };
      const { id } = await stage.as(stage.bob).post<{ id: string }>(`${room}/scheduled-messages`, body);
      await stage.as(stage.bob).post(`${room}/leave`);
      // Who has left has no say in it: the client has.
      return stage.api.patch(`/scheduled-messages/${id}`, { send_at: inMs(SOON_MS) });
    },
  },
  'room.settings_updated': {
    how: 'a user mutes a room',
    make: async (stage) => {
      const own = `/rooms/${(await stage.newRoom()).id}/me`;
      return stage.as(stage.bob).patch(own, { muted: true });
    },
  },
  'member.joined': {
    how: 'a member is added',
    make: async (stage) => stage.as(stage.alice).post(await stage.path('/members'), { members: [stage.carol] }),
  },
  'member.updated': {
    how: 'a member becomes an admin',
    make: async (stage) =>
      stage.as(stage.alice).patch(`/rooms/${(await stage.newRoom()).id}/members/${stage.bob}`, { role: 'admin' }),
  },
  'member.left': {
    how: 'a member leaves',
    make: async (stage) => stage.as(stage.bob).post(`/rooms/${(await stage.newRoom()).id}/leave`),
  },
  'room.removed': {
    how: 'a user loses a room',
    make: async (stage) => stage.as(stage.bob).post(`/rooms/${(await stage.newRoom()).id}/leave`),
  },
  'invite.created': { how: 'a user is invited', make: (stage) => stage.invite() },
  'invite.accepted': {
    how: 'an invitation is accepted',
    make: async (stage) => stage.as(stage.carol).post(`/invites/${await stage.invite()}/accept`),
  },
  'invite.declined': {
    how: 'an invitation is declined',
    make: async (stage) => stage.as(stage.carol).post(`/invites/${await stage.invite()}/decline`),
  },
  'invite.revoked': {
    how: 'an invitation is revoked',
    make: async (stage) => stage.as(stage.alice).delete(await stage.path(`/invites/${await stage.invite()}`)),
  },
  'join_request.created': { how: 'somebody asks to join a private room', make: (stage) => stage.askToJoin() },
  'join_request.approved': {
    how: 'who asked to join is let in',
    make: async (stage) => stage.as(stage.alice).post(`${await stage.askToJoin()}/approve`),
  },
  'join_request.rejected': {
    how: 'who asked to join is not let in',
    make: async (stage) => stage.as(stage.alice).post(`${await stage.askToJoin()}/reject`),
  },
  'block.added': {
    how: 'a user blocks another',
    make: async (stage) => stage.as(stage.bob).put(await stage.stranger(), {}),
  },
  'block.removed': {
    how: 'a block is lifted',
    make: async (stage) => {
      const block = await stage.stranger();
      await stage.as(stage.bob).put(block, {});
      return stage.as(stage.bob).delete(block);
    },
  },
  'report.created': {
    how: 'a message is reported',
    make: async (stage) => stage.as(stage.bob).post(`${await stage.message()}/reports`, { reason: 'trigger' }),
  },
  'report.updated': {
    how: 'a report is decided on',
    make: async (stage) => {
      const report = await stage
        .as(stage.bob)
        .post<{ id: string }>(`${await stage.message()}/reports`, { reason: 'trigger' });
      return stage.api.patch(`/reports/${report.id}`, { status: 'dismissed' });
    },
  },
  ...DELIVERY_RECIPES,
};

/** What no call brings about, and what to do instead. */
export const OUT_OF_REACH: Record<string, { why: string; instead: string }> = {
  'room.deactivating': {
    why: 'it comes when nobody has written in a room for half a day at least',
    instead: 'an endpoint gets an example of it: chatapi endpoints test <id> --event room.deactivating',
  },
  'endpoint.test': {
    why: 'only the endpoint that is tested gets it',
    instead: 'chatapi endpoints test <id>',
  },
};
