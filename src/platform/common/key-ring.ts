import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** One key of the ring: an id that stands before each text it encrypted, and 32 bytes. */
export interface RingKey {
  id: string;
  key: Buffer;
}

/**
 * Encrypts secrets at rest with AES-256-GCM. The first key encrypts, every key decrypts, so that a key is
 * rotated by putting a new one in front. `context` (such as the tenant's id and the column) is bound to the
 * text: a ciphertext that was moved to another row does not decrypt.
 */
export class KeyRing {
  private readonly byId: Map<string, Buffer>;

  constructor(private readonly keys: RingKey[]) {
    this.byId = new Map(keys.map(({ id, key }) => [id, key]));
  }

  /** What every text begins with that the first key encrypted. */
  get current(): string {
    return `${this.keys[0]!.id}:`;
  }

  /** @returns `<key id>:<base64 of iv, tag and ciphertext>` */
  encrypt(plaintext: string, context: string): string {
    const { id, key } = this.keys[0]!;
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key, iv);
    cipher.setAAD(Buffer.from(context));
    const body = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
    return `${id}:${Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64')}`;
  }

  /** @throws Error when the key is not in the ring, or text and context do not belong together */
  decrypt(text: string, context: string): string {
    const colon = text.indexOf(':');
    const key = this.byId.get(text.slice(0, colon));
    if (!key) throw new Error(`ENCRYPTION_KEYS holds no key named ${text.slice(0, colon)}`);
    const bytes = Buffer.from(text.slice(colon + 1), 'base64');
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12));
    decipher.setAAD(Buffer.from(context));
    decipher.setAuthTag(bytes.subarray(12, 28));
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
  }
}
