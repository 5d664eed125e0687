export { ChatError } from './errors.js';
