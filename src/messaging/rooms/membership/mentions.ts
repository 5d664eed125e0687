/** Stands for a user where everybody in the room is mentioned. */
export const EVERYBODY = '00000000-0000-0000-0000-000000000000';
