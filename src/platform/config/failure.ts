/** Why ChatAPI cannot start or go on, in one line for the operator; printed without a stack trace. */
export class StartFailure extends Error {
  override name = 'StartFailure';
}
