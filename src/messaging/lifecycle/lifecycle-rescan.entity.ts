import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A client that changed what its rooms keep to. */
@Entity('lifecycle_rescans')
export class LifecycleRescanEntity {
  @PrimaryColumn('uuid') client_id: string;
  /** What holds: its settings, as one value that can be compared. */
  @Column('jsonb') policy: unknown[];
  /** Rooms are still to be looked at. */
  @Column('boolean') open: boolean;
  /** Up to and including this room they have been. */
  @Column('uuid', { nullable: true }) after: string | null;
  /** Somebody else held one of them: once more, then. */
  @Column('boolean') missed: boolean;
}
