/** A user as the code refers to one: the row's id, and what the wire shows. */
export interface UserRef {
  /** `user_pk`, what foreign keys use. Never leaves by the wire. */
  user_pk: string;
  /** The client's own string. */
  user_id: string;
  display_name: string | null;
}
