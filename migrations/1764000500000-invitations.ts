import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How people come into rooms: invitations, links, requests to join, the directory of public rooms. */
export class Invitations1764000500000 implements MigrationInterface {
  name = 'Invitations1764000500000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}

const UP = /* sql */ `
-- What is pending and past its expires_at has expired, whether or not its status says so yet. A link's code is found by its
-- digest and shown from its encrypted text.
create table invites (
  client_id      uuid not null,
  id             uuid not null,
  room_id        uuid not null,
  kind           text not null check (kind in ('user', 'link')),
  user_pk        uuid,
  code_digest    bytea,
  code_encrypted text,
  role           text not null check (role in ('owner', 'admin', 'member')),
  message        text,
  invited_by_pk  uuid,
  status         text not null default 'pending' check (status in ('pending', 'accepted', 'declined', 'revoked', 'expired')),
  max_uses       integer,
  uses           integer not null default 0,
  expires_at     timestamptz,
  created_at     timestamptz not null default clock_timestamp(),
  updated_at     timestamptz not null default clock_timestamp(),
  primary key (client_id, id),
  check ((kind = 'user') = (user_pk is not null)),
  check ((kind = 'link') = (code_digest is not null and code_encrypted is not null)),
  foreign key (client_id, room_id) references rooms (client_id, id) on delete cascade,
  foreign key (client_id, user_pk) references users (client_id, user_pk) on delete cascade,
  foreign key (client_id, invited_by_pk) references users (client_id, user_pk) on delete set null (invited_by_pk)
);
create unique index invites_by_code on invites (client_id, code_digest) where code_digest is not null;
create unique index invites_once on invites (client_id, room_id, user_pk) where status = 'pending' and kind = 'user';
create index invites_pending on invites (client_id, room_id, kind) where status = 'pending';
create index invites_of_room on invites (client_id, room_id, id);
create index invites_of_user on invites (client_id, user_pk, id) where user_pk is not null;
create index invites_by_inviter on invites (client_id, invited_by_pk) where invited_by_pk is not null;

-- One of each user and room: asking again after a decision begins it anew.
create table join_requests (
  client_id  uuid not null,
  room_id    uuid not null,
  user_pk    uuid not null,
  id         uuid not null,
  message    text,
  status     text not null default 'pending' check (status in ('pending', 'approved', 'rejected')),
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  primary key (client_id, room_id, user_pk),
  foreign key (client_id, room_id) references rooms (client_id, id) on delete cascade,
  foreign key (client_id, user_pk) references users (client_id, user_pk) on delete cascade
);
create unique index join_requests_by_id on join_requests (client_id, id);
create index join_requests_of_room on join_requests (client_id, room_id, status, id);
create index join_requests_of_user on join_requests (client_id, user_pk);

-- None of its columns is written by a send.
create index rooms_directory on rooms (client_id, left(lower(coalesce(name, '')), 64), id)
  where privacy = 'public' and room_type <> 'direct' and status in ('active', 'inactive');
`;

const DOWN = /* sql */ `
drop index rooms_directory;
drop table join_requests;
drop table invites;
`;
