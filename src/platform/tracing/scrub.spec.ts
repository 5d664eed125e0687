import { scrub } from './scrub.js';

describe('what is reported', () => {
  it.each([
    ['relation "room_invites" does not exist', 'relation "room_invites" does not exist'],
    [
      'duplicate key value violates unique constraint "users_pkey"',
      'duplicate key value violates unique constraint "users_pkey"',
    ],
    ['connect ECONNREFUSED', 'connect ECONNREFUSED'],
    ['invalid input syntax for type uuid: "somebody said this"', 'invalid input syntax for type uuid: <text>'],
    ['no route to postgres://chat:hunter2@db.internal:5432/chat?x=1', 'no route to <url>'],
    ['GET https://hooks.example.com/in/s3cret answered', 'GET <url> answered'],
    ['mailbox ann@example.com is full', 'mailbox <address> is full'],
    ['mailbox <ann@example.com> is full', 'mailbox <<address>> is full'],
    ['refused Bearer abc.def.ghi', 'refused <secret>'],
    ['key ck_master_abc_def_0123456789 was used', 'key <secret> was used'],
    ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', '<secret>'],
    ['password=hunter2 is wrong', 'password=<secret> is wrong'],
    ['cannot parse {"content":"Hello","n":1} here', 'cannot parse <body> here'],
    [`token ${'a'.repeat(48)}`, 'token <secret>'],
  ])('%s', (text, left) => {
    expect(scrub(text)).toBe(left);
  });

  it('is short, and takes no long time over what is long', () => {
    const began = performance.now();
    expect(scrub('x '.repeat(1_000_000)).length).toBeLessThanOrEqual(500);
    expect(scrub('{"'.repeat(500_000)).length).toBeLessThanOrEqual(500);
    expect(scrub('@'.repeat(1_000_000)).length).toBeLessThanOrEqual(500);
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});
