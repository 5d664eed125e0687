import type { BusMessage, Move, News } from './bus-message.js';
import type { Newcomers } from './newcomers.js';
import { Packet } from './packet.js';
import { EVERYWHERE, topicOf } from './topics.js';

/** A part of what a turn tells the other nodes, and by which topics it reaches those concerned. */
export interface BusRoute {
  topics: readonly string[];
  parts: BusMessage;
}

/** A move of more users is told everywhere once, rather than to each of them. */
const MAX_USERS = 50;

/**
 * Sends each part of a turn its way. What goes the same way goes together; between moves only, so that whoever leaves
 * still gets what came before, and whoever enters nothing of it.
 */
export function routesOf(message: BusMessage, newcomers: Newcomers, now: number): BusRoute[] {
  const routes: BusRoute[] = [];
  let open = new Map<string, BusRoute>();
  let moving = false;
  for (const part of message) {
    const isMove = 'rooms' in part;
    if (isMove !== moving) open = new Map();
    moving = isMove;
    const topics = isMove ? topicsOfMove(part, newcomers, now) : topicsTo(part, newcomers, now);
    if (topics.length === 0) continue;
    const key = topics.join(' ');
    const route = open.get(key);
    if (route) route.parts.push(part);
    else {
      const made = { topics, parts: [part] };
      // Moves of others may not be overtaken.
      if (isMove) open = new Map();
      open.set(key, made);
      routes.push(made);
    }
  }
  return routes;
}

function topicsTo(part: Packet | News, newcomers: Newcomers, now: number): string[] {
  const topic = topicOf(part instanceof Packet ? part.channels[0]! : part.channel);
  return topic === null ? [] : newcomers.waysTo(topic, now);
}

function topicsOfMove({ kind, who, rooms }: Move, newcomers: Newcomers, now: number): string[] {
  const topics = who.length > MAX_USERS ? [EVERYWHERE] : topicsOf(who);
  if (kind === 'join') newcomers.add(topicsOf(rooms), topics, now);
  return topics;
}

const topicsOf = (channels: readonly string[]): string[] => [
  ...new Set(channels.flatMap((channel) => topicOf(channel) ?? [])),
];
