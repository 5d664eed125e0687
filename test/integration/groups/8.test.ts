import { together } from '../../support/together.js';

together(8);
