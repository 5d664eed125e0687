/**
 * `RateLimit-Policy` and `RateLimit` as structured fields (draft-ietf-httpapi-ratelimit-headers-11): quota `q` per
 * window of `w` seconds, `r` left for the next `t` seconds.
 */
export function rateLimitHeaders(
  policy: string,
  quota: number,
  remaining: number,
  seconds: number,
  windowS = 60,
): Record<string, string> {
  return {
    'ratelimit-policy': `"${policy}";q=${quota};w=${windowS}`,
    ratelimit: `"${policy}";r=${remaining};t=${seconds}`,
  };
}

/** Several policies of one answer, in their order: both fields are lists. Of a policy that is there twice, the later state counts. */
export function joinHeaders(all: Record<string, string>[]): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const headers of all) {
    for (const [name, value] of Object.entries(headers)) {
      joined[name] = name in joined && name.startsWith('ratelimit') ? joinLists(joined[name]!, value) : value;
    }
  }
  return joined;
}

/** Names of policies hold no commas. */
function joinLists(...lists: string[]): string {
  const members = lists.flatMap((list) => list.split(', '));
  return [...new Map(members.map((member) => [member.split(';')[0], member])).values()].join(', ');
}
