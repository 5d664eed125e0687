import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A user's rooms are found by the user first. While the index began with the client, as the key does, the planner took it for members of
 * a room too, and read all of the client's.
 */
export class MembersByUser1764100220000 implements MigrationInterface {
  name = 'MembersByUser1764100220000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}

const UP = /* sql */ `
drop index room_members_of_user;
create index room_members_of_user on room_members (user_pk, client_id) where status = 'active';
`;

const DOWN = /* sql */ `
drop index room_members_of_user;
create index room_members_of_user on room_members (client_id, user_pk) where status = 'active';
`;
