import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who is shadow-banned sees its own replies counted, which nobody else does: few are, so the index is nearly empty. */
export class ShadowedReplies1764100230000 implements MigrationInterface {
  name = 'ShadowedReplies1764100230000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}

const UP = /* sql */ `
create index messages_shadowed_replies on messages (client_id, thread_id, sender_pk) where shadowed and thread_id is not null;
`;

const DOWN = /* sql */ `
drop index messages_shadowed_replies;
`;
