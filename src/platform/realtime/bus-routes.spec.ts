import { channelsOf, EVERYWHERE, topicOf } from './topics.js';
import { routesOf } from './bus-routes.js';
import type { BusMessage, Move, News } from './bus-message.js';
import { Newcomers } from './newcomers.js';
import { Packet } from './packet.js';

const packet = (id: string, ...channels: string[]): Packet => new Packet(channels, id);
const join = (rooms: string[], ...who: string[]): Move => ({ kind: 'join', who, rooms });
const leave = (rooms: string[], ...who: string[]): Move => ({ kind: 'leave', who, rooms });
const news = (channel: string): News => ({ kind: 'news', channel, subject: 'typing', body: null });

const routed = (message: BusMessage, newcomers = new Newcomers(), now = 0) =>
  routesOf(message, newcomers, now).map(({ topics, parts }) => [
    topics.join(' '),
    parts.map((part) => (part instanceof Packet ? part.text : part.kind)).join(),
  ]);

describe('a topic', () => {
  it('carries all channels of a room, a user or a client, and is that of each of them', () => {
    for (const topic of ['r:1', 'u:1', 'c:1', 'p:1']) {
      expect(channelsOf(topic).length).toBeGreaterThan(0);
      expect(channelsOf(topic).map(topicOf)).toEqual(channelsOf(topic).map(() => topic));
    }
    // A key is nobody else's business, nor is a connection's own id, which Socket.IO makes a channel, too.
    expect(['k:1', 'q3PTwbMSw0tGf5E5AAAB', '', 'x:1'].map(topicOf)).toEqual([null, null, null, null]);
    expect(channelsOf(EVERYWHERE)).toEqual([]);
  });
});

describe('what a turn tells', () => {
  it('goes together where it goes the same way, each way in its order', () => {
    const message = [packet('1', 'r:a', 'n:a'), packet('2', 'r:b'), packet('3', 'r:a'), packet('4', 'u:x')];
    expect(routed(message)).toEqual([
      ['r:a', '1,3'],
      ['r:b', '2'],
      ['u:x', '4'],
    ]);
  });

  it('goes together with small news of the same room', () => {
    const message = [packet('1', 'r:a', 'n:a'), news('r:a'), news('p:x'), packet('2', 'u:x'), news('r:b'), news('k:y')];
    expect(routed(message)).toEqual([
      ['r:a', '1,news'],
      ['p:x', 'news'],
      ['u:x', '2'],
      ['r:b', 'news'],
    ]);
    expect(routed([join(['r:a'], 'ur:x'), news('r:a')])[1]).toEqual(['r:a u:x', 'news']);
  });

  it('does not overtake a move, nor is it overtaken', () => {
    const message = [
      packet('1', 'r:a'),
      leave(['r:a', 'n:a'], 'u:x'),
      packet('2', 'r:a'),
      join(['r:b'], 'ur:x', 'ur:y'),
      join(['n:b'], 'un:x', 'un:y'),
      packet('3', 'r:a'),
    ];
    expect(routed(message)).toEqual([
      ['r:a', '1'],
      ['u:x', 'leave'],
      ['r:a', '2'],
      ['u:x u:y', 'join,join'],
      ['r:a', '3'],
    ]);
    const moves = [join(['r:a'], 'ur:x'), leave(['r:a'], 'u:y'), join(['r:b'], 'ur:x')];
    expect(routed(moves).map(([topics]) => topics)).toEqual(['u:x', 'u:y', 'u:x']);
  });

  it('to a room goes by its newcomers’ own ways too, for a while', () => {
    const newcomers = new Newcomers();
    expect(routed([join(['r:a'], 'ur:x'), packet('1', 'r:a'), packet('2', 'r:b')], newcomers, 0)).toEqual([
      ['u:x', 'join'],
      ['r:a u:x', '1'],
      ['r:b', '2'],
    ]);
    expect(routed([join(['r:a'], 'ur:y'), packet('3', 'n:a')], newcomers, 3_000)[1]).toEqual(['r:a u:x u:y', '3']);
    expect(routed([packet('4', 'r:a')], newcomers, 7_999)).toEqual([['r:a u:x u:y', '4']]);
    expect(routed([packet('5', 'r:a')], newcomers, 8_000)).toEqual([['r:a', '5']]);
  });

  it('of very many users goes everywhere, once', () => {
    const users = Array.from({ length: 51 }, (_, n) => `ur:${n}`);
    const newcomers = new Newcomers();
    expect(routed([join(['r:a'], ...users), packet('1', 'r:a')], newcomers)).toEqual([
      [EVERYWHERE, 'join'],
      [`r:a ${EVERYWHERE}`, '1'],
    ]);
    // Fifty and one, one by one.
    const few = new Newcomers();
    for (const user of users) routed([join(['r:a'], user)], few);
    expect(routed([packet('1', 'r:a')], few)).toEqual([[`r:a ${EVERYWHERE}`, '1']]);
  });

  it('forgets newcomers whose time is over', () => {
    const newcomers = new Newcomers();
    for (let n = 0; n < 100; n++) newcomers.add([`r:${n}`], ['u:x'], n * 1_000);
    expect(
      Array.from({ length: 100 }, (_, n) => newcomers.waysTo(`r:${n}`, 0).length > 1).filter(Boolean),
    ).toHaveLength(5);
  });
});
