export { ChatError } from './errors.js';
export type { components, operations, paths } from './generated/rest.js';
