/** A key, or a function that gives one: asked at the first use, and again when the service no longer takes its key. */
export type KeyInput = string | (() => string | Promise<string>) | KeySource;

/** Holds the key that is used now. REST and the socket of one client share it. */
export interface KeySource {
  /** The key, asking for it where there is none yet. */
  get(): Promise<string>;
  /**
   * Another key in the place of `stale`, which was refused or is about to expire. Many who ask at once get one answer.
   * Gives `undefined` where there can be no other, because the key is a text.
   */
  renew(stale: string): Promise<string | undefined>;
}

/** One source for whoever needs the key; a source is given back as it is. */
export function keySource(key: KeyInput): KeySource {
  if (typeof key === 'object') return key;
  if (typeof key === 'string') {
    return { get: () => Promise.resolve(key), renew: () => Promise.resolve(undefined) };
  }
  return askingSource(key);
}

function askingSource(ask: () => string | Promise<string>): KeySource {
  let current: Promise<string> | undefined;
  let known: string | undefined;

  const fetchKey = () => {
    known = undefined;
    // A function that throws at once is a failure like any other, and the next use asks again.
    const asked = Promise.resolve().then(ask);
    current = asked;
    asked.then(
      (key) => void (current === asked && (known = key)),
      () => void (current === asked && (current = undefined)),
    );
    return asked;
  };
  return {
    get: () => current ?? fetchKey(),
    // Not the stale one any more: somebody else has asked already, or is just asking.
    renew: (stale) => (current && known !== stale ? current : fetchKey()),
  };
}
