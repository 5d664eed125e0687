/** What a key begins with, up to where its secret begins: enough to find whose it is. */
const PUBLIC = /^ck_(?:master|user)_[a-z0-9]{12}_[a-z0-9]{12}_/;
const API_KEY = /ck(?:_|%5f)(?:master|user)(?:_|%5f)[\w%-]*/gi;
/** Base64 has slashes: the rest of the path goes with it. */
const SIGNING_SECRET = /wh(?:sec|sk)(?:_|%5f)[\w%+/=-]+/gi;
/** What embedded mode makes for the operator, and whatever else is made so. */
const HEX_KEY = /[\da-f]{64,}/gi;

/** A path as it may be logged and answered: what was put there by mistake and looks like a key is cut to its public part. */
export const withoutKeys = (path: string): string =>
  path
    .replace(API_KEY, (key) => `${PUBLIC.exec(key)?.[0] ?? 'ck_'}…`)
    .replace(SIGNING_SECRET, (secret) => `${secret.slice(0, secret.search(/_|%/))}_…`)
    .replace(HEX_KEY, '…');
