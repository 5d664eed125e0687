import { Tokenizer, type TokenizerCallbacks } from 'htmlparser2';

/** What the head of a page says of it, as it stands there. */
export interface PageHead {
  charset: string | null;
  title: string | null;
  description: string | null;
  image: string | null;
  site_name: string | null;
}

/** By which names of `<meta>`, the best first: https://ogp.me, Twitter's cards, HTML itself. */
const NAMES = {
  title: ['og:title', 'twitter:title'],
  description: ['og:description', 'twitter:description', 'description'],
  image: ['og:image:secure_url', 'og:image', 'og:image:url', 'twitter:image', 'twitter:image:src'],
  site_name: ['og:site_name'],
} as const;

const WANTED = new Set<string>(Object.values(NAMES).flat());
const ATTRIBUTES = new Set(['property', 'name', 'content', 'charset', 'http-equiv']);
/** Longer values are cut here; what is shown of them is cut further. */
const MAX_VALUE = 8_192;

/**
 * Reads a page's head, whatever the page does. Tokens, not a tree: each character is looked at once, and depth, which a
 * page could grow to make each closing tag search it, there is none.
 */
export function readHead(html: string): PageHead {
  const reader = new HeadReader(html);
  const tokenizer: Tokenizer = new Tokenizer({}, reader);
  reader.onDone = () => tokenizer.pause();
  tokenizer.write(html);
  tokenizer.end();
  return reader.head();
}

/** The charset that a Content-Type names, in a header or in a `<meta>`. */
export function charsetOf(contentType: string): string | null {
  for (const parameter of contentType.toLowerCase().split(';').slice(1)) {
    const [name = '', value = ''] = parameter.split('=');
    if (name.trim() === 'charset') return value.replaceAll(/["']/g, '').trim() || null;
  }
  return null;
}

class HeadReader implements TokenizerCallbacks {
  onDone = (): void => {};
  private readonly metas = new Map<string, string>();
  private charset: string | null = null;
  private title: Value | null = null;
  private titleEnded = false;
  private tag = '';
  private attribute = '';
  private value = new Value();
  private attributes = new Map<string, string>();

  constructor(private readonly html: string) {}

  head(): PageHead {
    const first = (names: readonly string[]): string | null => {
      for (const name of names) if (this.metas.has(name)) return this.metas.get(name)!;
      return null;
    };
    return {
      charset: this.charset,
      title: first(NAMES.title) ?? this.title?.text ?? null,
      description: first(NAMES.description),
      image: first(NAMES.image),
      site_name: first(NAMES.site_name),
    };
  }

  onopentagname(start: number, end: number): void {
    this.tag = this.nameAt(start, end);
    if (this.tag === 'meta') this.attributes = new Map();
    else if (this.tag === 'body') this.onDone();
  }

  onattribname(start: number, end: number): void {
    if (this.tag !== 'meta') return;
    this.attribute = this.nameAt(start, end);
    this.value = new Value();
  }

  onattribdata(start: number, end: number): void {
    if (this.tag === 'meta') this.value.add(this.html, start, end);
  }

  onattribentity(codePoint: number): void {
    if (this.tag === 'meta') this.value.addOne(codePoint);
  }

  onattribend(): void {
    if (this.tag !== 'meta' || !ATTRIBUTES.has(this.attribute) || this.attributes.has(this.attribute)) return;
    this.attributes.set(this.attribute, this.value.text);
  }

  onopentagend(): void {
    if (this.tag === 'meta') this.takeMeta();
    // Drawings in the page have titles, too: the first is the page's.
    else if (this.tag === 'title') this.title ??= new Value();
  }

  onselfclosingtag(): void {
    this.onopentagend();
  }

  onclosetag(start: number, end: number): void {
    const name = this.nameAt(start, end);
    if (name === 'title') this.titleEnded = true;
    else if (name === 'head') this.onDone();
    this.tag = '';
  }

  ontext(start: number, end: number): void {
    if (this.tag === 'title' && !this.titleEnded) this.title?.add(this.html, start, end);
  }

  ontextentity(codePoint: number): void {
    if (this.tag === 'title' && !this.titleEnded) this.title?.addOne(codePoint);
  }

  oncdata(): void {}
  oncomment(): void {}
  ondeclaration(): void {}
  onend(): void {}
  onprocessinginstruction(): void {}

  private takeMeta(): void {
    const { attributes } = this;
    const content = attributes.get('content') ?? '';
    if (attributes.has('charset')) this.charset ??= attributes.get('charset')!.trim() || null;
    if (attributes.get('http-equiv')?.trim().toLowerCase() === 'content-type') this.charset ??= charsetOf(content);
    for (const by of ['property', 'name']) {
      const name = attributes.get(by)?.trim().toLowerCase();
      if (name && WANTED.has(name) && !this.metas.has(name) && content.trim() !== '') this.metas.set(name, content);
    }
  }

  /** Of tags and attributes; those that matter are short. */
  private nameAt(start: number, end: number): string {
    return end - start > 16 ? '' : this.html.slice(start, end).toLowerCase();
  }
}

/** Text that comes in parts, up to a size. */
class Value {
  private readonly parts: string[] = [];
  private size = 0;

  get text(): string {
    return this.parts.join('');
  }

  add(from: string, start: number, end: number): void {
    if (this.size < MAX_VALUE) this.push(from.slice(start, Math.min(end, start + MAX_VALUE)));
  }

  addOne(codePoint: number): void {
    if (this.size < MAX_VALUE) this.push(String.fromCodePoint(codePoint));
  }

  private push(part: string): void {
    this.parts.push(part);
    this.size += part.length;
  }
}
