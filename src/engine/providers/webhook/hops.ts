/**
 * How many requests of ChatAPI stand behind a request, its own among these: what a rule made of an inbound event is one further than the
 * event. Whoever receives it may send it back; nobody else's events are judged by it.
 */
export const HOPS_HEADER = 'chatapi-hops';

/** An event that is further away goes in a circle. */
export const MAX_HOPS = 8;

/** A proxy that adds the header again makes a list of it. */
const MAX_GIVEN = 20;

/** @param headers by lower-case names. @returns the largest where there are several; 0 without the header, and for what is no number */
export function hopsIn(headers: Readonly<Record<string, unknown>>): number {
  const given = headers[HOPS_HEADER];
  if (typeof given !== 'string') return 0;
  const hops = given.split(',', MAX_GIVEN).map((one) => (/^\d+$/.test(one.trim()) ? Number(one) : 0));
  return Math.min(Math.max(...hops), MAX_HOPS + 1);
}

/** The header as it is sent; none for what no rule made. */
export const hopsHeader = (hops: number | undefined): Record<string, string> =>
  hops ? { [HOPS_HEADER]: String(hops) } : {};
