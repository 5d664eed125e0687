import { AnyText } from '../../platform/common/fields.js';

/** What a test says. */
export class EndpointTestedDto {
  @AnyText({ example: 'This is a test.' })
  message: string;
}
