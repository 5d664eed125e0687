/** The API refused, or could not be reached. `code` is one of the codes of docs/errors.md. */
export class ChatError extends Error {
  override readonly name = 'ChatError';

  constructor(
    message: string,
    readonly code: string,
    readonly request_id?: string,
  ) {
    super(message);
  }
}
