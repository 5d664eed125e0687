import { AnyText, Bool, Int, NestedList, Text, TextList } from './fields.js';
import { faultOf, Problem } from './problem.js';

// Calls that carry many items, each of which is answered on its own.

class ItemFieldErrorDto {
  @AnyText({ description: 'A path such as `metadata`.' })
  field: string;

  @AnyText({ example: 'must be a string' })
  message: string;
}

/** Why one item of many was refused: the problem document (RFC 9457) that it would be answered alone. */
export class ItemProblemDto {
  @AnyText({ example: 'urn:chatapi:problem:user_unavailable' })
  type: string;

  @AnyText({ example: 'The user is not available' })
  title: string;

  @Int({ example: 422 })
  status: number;

  @AnyText({ example: 'No such user, or not available to this key: nobody.' })
  detail: string;

  @Text({ max: 100, description: 'Stable; branch on it.', example: 'user_unavailable' })
  code: string;

  @Bool({ description: 'May the same item succeed later without a change?', example: false })
  retryable: boolean;

  @Int({ optional: true, description: 'Seconds to wait, where it was one too many.', example: 60 })
  retry_after_s?: number;

  @TextList({ optional: true, max: 100, maxChars: 100, description: 'The quotas that are used up.', example: [] })
  violated_policies?: string[];

  @NestedList(() => ItemFieldErrorDto, { max: 100, example: [] })
  errors: ItemFieldErrorDto[];
}

/** The problem of an item; what names the request stands in the answer's headers. */
export function itemProblem(problem: Problem): ItemProblemDto {
  const { instance: _, request_id: __, ...document } = problem.toDocument('', '');
  return document;
}

/** What is wrong with an item, where its place is to be named. @param at such as `members[1]` */
export function inItem({ code, message, options }: Problem, at: string): Problem {
  const errors = options.errors?.map((one) => ({ ...one, field: one.field === '' ? at : `${at}.${one.field}` }));
  return new Problem(code, errors?.[0] ? faultOf(errors[0]) : message, { ...options, errors });
}
