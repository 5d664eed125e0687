import pg from 'pg';
import type { CustomTypesConfig } from 'pg';

const parserOf = pg.types.getTypeParser as (oid: number, format?: string) => (value: string) => unknown;

const BIGINT = 20;
const BIGINT_ARRAY = 1016;
const INTEGER_ARRAY = 1007;

/**
 * How values are read: bigint as a number, because seq, rev and counts never come near 2^53; everything else as pg does
 * (timestamptz is a Date). Given to our own connections only, so that other users of pg keep theirs.
 */
export const typeParsers: CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (format !== 'binary' && oid === BIGINT) return Number;
    if (format !== 'binary' && oid === BIGINT_ARRAY) return parserOf(INTEGER_ARRAY, 'text');
    return parserOf(oid, format);
  },
} as CustomTypesConfig;
