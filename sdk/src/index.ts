export { ChatError } from './errors.js';
export type { ErrorCode, ErrorDetails, FieldError, Problem, SdkErrorCode, ServerErrorCode } from './errors.js';
export { createHttp } from './http.js';
export type { Answer, Http, HttpOptions } from './http.js';
export type { KeyInput, KeySource } from './key.js';
export type { List, Page } from './pages.js';
export type * from './generated/events.js';
export type { components, operations, paths } from './generated/rest.js';
